import Testing

/// What the three servers make of packets that no resolver should send.
@Suite(.serialized)
struct OddPacketTests {
    /// A query that is asked behind each packet: when its answer comes, none is to come before it.
    private static let marker = Query(number: 0xBEEF, name: QueryName("types.test"), type: 6)
    /// How long the answer to the marker may take, in milliseconds.
    private static let milliseconds: CInt = 10_000

    @Test
    func oddPacketsGetWhatRFCsSay() throws {
        let trio = try Trio(.ordinary)
        var lines: [String] = []
        for packet in OddPacket.all {
            var outcomes: [Server: OddPacket.Outcome] = [:]
            for server in Server.allCases {
                outcomes[server] = try outcome(of: packet, at: trio.port(of: server))
            }
            let sterna = try #require(outcomes[.sterna])
            if let allowed = packet.allowed {
                #expect(
                    allowed.contains(sterna),
                    "\(packet.description): \(sterna), but \(allowed) by \(packet.rule)")
            }
            if let nsd = outcomes[.nsd], let knot = outcomes[.knot], sterna != nsd, sterna != knot {
                lines.append("  \(packet.description): Sterna \(sterna), NSD \(nsd), Knot \(knot)")
            }
        }
        #expect(trio.lastWords(of: .sterna) == nil)
        print("\(OddPacket.all.count) odd packets; Sterna differs from both others in")
        print(lines.joined(separator: "\n"))
    }

    /// Sends one packet and then the marker from the same socket: the answers come in that order,
    /// for each server has one thread for UDP, or gives a client always the same.
    private func outcome(of packet: OddPacket, at port: UInt16) throws -> OddPacket.Outcome {
        let socket = try Loopback(isStream: false)
        guard socket.connect(port: port) else { throw Failure("no UDP to port \(port)") }
        socket.send(packet.bytes)
        socket.send(OddPacketTests.marker.wire)
        guard let first = socket.receive(milliseconds: OddPacketTests.milliseconds) else {
            throw Failure("after '\(packet.description)' port \(port) is silent")
        }
        if first.number == OddPacketTests.marker.number { return .silence }
        guard first.count >= 12 else { throw Failure("'\(packet.description)': a stub of a reply") }
        // Some of these cannot be decoded whole: their question is not one.
        let upper = (try? Reply(first))?.rcode ?? 0
        return .rcode(upper > 15 ? upper : Int(first[3] & 0xF))
    }
}
