import DNSWire
import Resolving

extension FuzzEntry {
    /// What a resolver, or somebody in its place, says about a host.
    static let host = FuzzEntry("host", words: hostWords) {
        let question = HostQuestion(
            id: 0x1234, name: try Name("lb.example.net."), family: .v4)
        return { input in
            guard case .addresses(let addresses, let ttl, _) = HostReply(input, to: question) else {
                return nil
            }
            if addresses.isEmpty || addresses.count > HostReply.maximumAddresses {
                return "\(addresses.count) addresses"
            }
            if let bad = addresses.first(where: { $0.reasonAgainst != nil }) { return "\(bad)" }
            if addresses.contains(where: { !$0.isV4 }) { return "an address of the other family" }
            if Set(addresses).count < addresses.count { return "an address twice" }
            return ttl > UInt32(Int32.max) ? "a TTL of \(ttl)" : nil
        }
    }

    /// Pieces of responses: pointers, types with their class, lengths.
    private static let hostWords: [[UInt8]] = [
        [0xC0, 12], [0xC0, 0xFF], [0, 1, 0, 1], [0, 5, 0, 1], [0, 28, 0, 1], [0, 41], [0, 4],
        [0, 16],
        [192, 0, 2, 1], [224, 0, 0, 1], [0x12, 0x34, 0x81, 0x80], [3, 0x6E, 0x65, 0x74, 0],
    ]
}
