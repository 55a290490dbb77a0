import DNSWire
package import Zones

extension LatencyTable {
    /// A table as tests write it: for each client milliseconds by place.
    package init(
        _ clients: KeyValuePairs<String, [String: Double]>, hysteresis: Double = 0.1
    ) {
        var places: [String] = []
        var rows: [Row] = []
        for (text, values) in clients {
            let key: ClientBranch.Key
            if let network = IPNetwork(text) {
                key = .prefix(network)
            } else if case .success(let place) = Places.key(text) {
                key = place
            } else {
                preconditionFailure("'\(text)' is no client")
            }
            for (place, milliseconds) in values.sorted(by: { $0.key < $1.key }) {
                let number = places.firstIndex(of: place) ?? places.count
                if number == places.count { places.append(place) }
                rows.append(
                    Row(
                        client: key, place: UInt32(number),
                        microseconds: UInt32(milliseconds * 1000)))
            }
        }
        self.init(rows: rows, places: places, hysteresis: hysteresis)
    }
}
