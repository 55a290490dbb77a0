import DNSWire
import Geography

extension ClientLocations {
    /// A network of an operator, and two countries.
    static var sample: ClientLocations {
        func map(_ networks: [(IPAddress, UInt8, Location)]) -> LocationMap {
            LocationMap(
                map: NetworkMap(
                    networks: networks.enumerated().map {
                        .init(Network($1.0, bits: $1.1), UInt32($0))
                    }),
                locations: networks.map(\.2))
        }
        return ClientLocations(
            lists: map([
                (.v4(0xC633_6400), 24, Location(network: "office")),
                (.v6(0x2001_0DB8 << 32, 0), 48, Location(network: "office")),
            ]),
            database: map([
                (.v4(0xC000_0200), 24, Location(continent: "EU", country: "DE")),
                (.v4(0xCB00_7100), 24, Location(continent: "NA", country: "US")),
            ]))
    }
}
