package import DNSWire
package import Geography

extension ClientLocations {
    /// A small world: two lists' networks and a database of some countries.
    package static var sample: ClientLocations {
        ClientLocations(
            lists: .table([
                ("10.1.0.0/16", Location(network: "office")),
                ("10.1.9.0/24", Location(network: "lab")),
                ("2001:db8:1::/48", Location(network: "office")),
            ]),
            database: .table([
                ("10.0.0.0/8", Location(continent: "EU", country: "DE", subdivision: "BE")),
                ("10.64.0.0/10", Location(continent: "EU", country: "FR")),
                ("20.0.0.0/8", Location(continent: "NA", country: "US")),
                ("20.8.0.0/16", Location(continent: "NA", country: "US", subdivision: "CA")),
                ("30.0.0.0/8", Location(continent: "AS")),
                ("2001:db8::/33", Location(continent: "EU", country: "DE")),
                ("2001:db8:8000::/33", Location(continent: "NA", country: "US")),
            ]))
    }
}

extension LocationMap {
    /// A map of networks as text.
    package static func table(_ networks: [(String, Location)]) -> LocationMap {
        var numbers = LocationNumbers()
        let entries = networks.compactMap { text, location in
            Network(prefix: text).map { NetworkMap.Entry($0, numbers[location]) }
        }
        precondition(entries.count == networks.count, "a network cannot be read")
        return LocationMap(map: NetworkMap(networks: entries), locations: numbers.locations)
    }
}

extension Network {
    package init?(prefix text: String) {
        guard let network = IPNetwork(text) else { return nil }
        self.init(network.address, bits: UInt8(network.prefixLength))
    }
}

extension ClientNetwork {
    /// A client subnet as a resolver tells it, or the address of a client.
    package init?(text: String, isFromSubnet: Bool = true) {
        guard let network = IPNetwork(text) else { return nil }
        let bits = UInt8(network.prefixLength)
        switch network.address {
        case .v4(let address): self.init(v4: address, bits: bits, isFromSubnet: isFromSubnet)
        case .v6(let high, let low):
            self.init(v6: high, low, bits: bits, isFromSubnet: isFromSubnet)
        }
    }
}
