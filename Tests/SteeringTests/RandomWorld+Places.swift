import DNSWire
import Geography
import TestSupport
import Zones

/// Members with places, and tables of latencies; and what they come to, the slow way.
extension RandomWorld {
    private static let regions = ["r0", "r1", "r2", "r3"]

    /// Whole degrees, so that members are equally far now and then.
    mutating func coordinates() -> Coordinates {
        Coordinates(
            latitude: Double(below(5) * 30 - 60), longitude: Double(below(9) * 40 - 160))
    }

    mutating func placedMembers(
        _ policy: (inout RandomWorld) -> PolicyDefinition
    ) -> [PlacedMember] {
        let count = below(4) + 1
        let fallback = below(2 * count)
        return (0..<count).map { index in
            PlacedMember(
                policy(&self), bias: [0, 0, 50, -50, 99][below(5)], location: coordinates(),
                region: Self.regions[below(4)], isDefault: index == fallback,
                position: TestZone.position)
        }
    }

    mutating func latencyTable() -> LatencyTable {
        var clients: [ClientBranch.Key] = [
            .fallback, .country("DE"), .continent("EU"), .continent("NA"), .country("US"),
            .subdivision(country: "US", "CA"), .autonomousSystem(1), .autonomousSystem(2),
        ].filter { _ in below(2) == 0 }
        for _ in 0..<below(8) {
            if let network = IPNetwork(prefix()), !clients.contains(.prefix(network)) {
                clients.append(.prefix(network))
            }
        }
        var rows: [LatencyTable.Row] = []
        for client in clients {
            for place in Self.regions.indices where below(3) > 0 {
                rows.append(
                    .init(
                        client: client, place: UInt32(place),
                        microseconds: UInt32(below(6)) * 1000))
            }
        }
        return LatencyTable(rows: rows, places: Self.regions)
    }

    // MARK: The slow way

    func byDistance(_ members: [PlacedMember], from location: Location) -> [PlacedMember] {
        guard let latitude = location.latitude, let longitude = location.longitude else {
            return members.filter(\.isDefault) + members.filter { !$0.isDefault }
        }
        func way(_ member: PlacedMember) -> Int {
            let place = member.location.map { ($0.latitude, $0.longitude) } ?? (0, 0)
            let metres = Haversine.metres((latitude, longitude), place)
            let bias = Double(member.bias) / 100
            return Int((bias < 0 ? metres / (1 + bias) : metres * (1 - bias)).rounded())
        }
        return sorted(members, by: way)
    }

    func byLatency(_ members: [PlacedMember], for client: ClientNetwork) -> [PlacedMember] {
        let location = location(of: client)
        let networks = latencies.rows.compactMap { row -> IPNetwork? in
            guard case .prefix(let network) = row.client, holds(network, client) else {
                return nil
            }
            return network
        }.sorted { $0.prefixLength > $1.prefixLength }
        let keys = networks.map { ClientBranch.Key.prefix($0) } + keys(of: location)
        func latency(_ member: PlacedMember) -> Int? {
            for key in keys {
                let row = latencies.rows.first {
                    $0.client == key && latencies.places[Int($0.place)] == member.region
                }
                if let row { return Int(row.microseconds) }
            }
            return nil
        }
        // Biases are of `proximity` alone.
        let plain = members.map { member in
            var member = member
            member.bias = 0
            return member
        }
        let known = plain.filter { latency($0) != nil }
        return sorted(known) { latency($0) ?? .max }
            + byDistance(plain, from: location).filter { latency($0) == nil }
    }

    /// By a number, then by name, then as written.
    private func sorted(
        _ members: [PlacedMember], by number: (PlacedMember) -> Int
    ) -> [PlacedMember] {
        members.enumerated().map { index, member in
            (number(member), member.member.references.first ?? "", index, member)
        }.sorted { ($0.0, $0.1, $0.2) < ($1.0, $1.1, $1.2) }.map(\.3)
    }
}
