import Load

/// Networks of clients, each sent to one of eight data centres: `www.geo.test`, which each server is
/// told in its own words.
struct ClientNetworks {
    let count: Int

    static let few = ClientNetworks(count: 26_000)
    static let many = ClientNetworks(count: 500_000)

    static let origin = "geo.test"
    static let name = "www"
    static let ttl = 60
    static let centres = 8
    /// How many questions there are.
    private static let asked = 20_000

    /// 64.0.0.0/24 and every third network behind it, so that none is next to another.
    func network(_ number: Int) -> UInt32 { 0x4000_0000 + UInt32(number) * 0x300 }

    /// The data centre of a network: neighbours differ.
    func centre(_ number: Int) -> Int { (number * 5 + number / 8) % ClientNetworks.centres }

    /// 203.0.113.1 to 203.0.113.8.
    static func address(_ centre: Int) -> UInt32 { 0xCB00_7101 + UInt32(centre) }

    /// Lines of `NETWORK SEPARATOR dcN`.
    func list(separator: String) -> String {
        var text = ""
        text.reserveCapacity(count * 24)
        for number in 0..<count {
            text += "\(dotted(network(number)))/24\(separator)dc\(centre(number))\n"
        }
        return text
    }

    func questions(using random: inout SeededGenerator) -> [Question] {
        (0..<ClientNetworks.asked).map { _ in
            let number = Int.random(in: 0..<count, using: &random)
            return Question(
                "\(ClientNetworks.name).\(ClientNetworks.origin)", .a,
                .addresses(
                    from: ClientNetworks.address(centre(number)), count: 1, answers: 1),
                subnet: network(number))
        }
    }
}
