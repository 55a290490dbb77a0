import Compiling
import DNSWire
import Serving
import Testing
import Zones

/// RRsets that fill a message, where compression pointers reach their limit (RFC 1035 §4.1.4).
@Suite struct LargeAnswerTests {
    /// TXT records of about 271 bytes each: as many as fit beside the longest question.
    private static let texts = 240
    private static let position = SourcePosition(file: "test")

    /// A zone whose `many` and `*.many` have MX records for so many hosts, each with an address.
    private func server(_ hosts: Int) throws -> (server: TestServer, targets: [[UInt8]]) {
        let origin = try Name("example.org.")
        let ns = try Name("ns.example.net.").wire
        var records: [(Name, RRType, [UInt8])] = [
            (origin, .soa, ns + ns + [UInt8](repeating: 1, count: 20)), (origin, .ns, ns),
        ]
        var targets: [[UInt8]] = []
        for number in 0..<hosts {
            // Each below the one before in turn, so that there is much to point at.
            let host = try Name("h\(number).g\(number / 8).hosts-of-some-length.example.org.")
            targets.append([0, 1] + host.wire)
            for owner in ["many.example.org.", "*.many.example.org."] {
                records.append((try Name(owner), .mx, [0, 1] + host.wire))
            }
            records.append((host, .a, [10, 0, UInt8(number >> 8), UInt8(number & 0xFF)]))
        }
        let (zone, findings) = Zone.checked(
            origin: origin,
            records: records.map {
                ResourceRecord(
                    owner: $0.0, type: $0.1, ttl: 60, rdata: $0.2,
                    position: LargeAnswerTests.position)
            }, file: "test")
        guard let zone else { throw Findings(findings) }
        return (try TestServer([ZoneSource(zone: zone)]), targets)
    }

    /// Around the reach of pointers, and as many as a message has room for.
    @Test(arguments: [500, 600, 650, 700, 800, 1100])
    func everyRecordIsReadBack(hosts: Int) throws {
        let (server, targets) = try server(hosts)
        let label = String(repeating: "q", count: 62)
        // The longest name below the wildcard: 255 bytes.
        let rest = Name.maximumBytes - (try Name("many.example.org.").wire.count) - 3 * 63 - 1
        let last = String(repeating: "r", count: rest)
        for name in [
            "many.example.org.", "x.many.example.org.",
            "\(label).\(label).\(label).\(last).many.example.org.",
        ] {
            let question = try Question(name, .mx, edns: .init())
            let bytes = server.answer(question.packet, over: .tcp)
            let response = try DecodedMessage(bytes)
            #expect(bytes.count <= Header.maximumBytes)
            #expect(!response.isTruncated)
            #expect(response.answer.count == hosts)
            #expect(Set(response.answer.map(\.rdata)) == Set(targets))
            #expect(response.answer.allSatisfy { $0.owner == question.name })
            // Whatever is added has the address of its own name.
            for record in response.additional {
                let data = Int(record.rdata[2]) << 8 | Int(record.rdata[3])
                #expect(record.type == .a)
                #expect(record.owner.wire == Array(targets[data].dropFirst(2)))
            }
            #expect(try JudgedMessage(bytes).answer.count == hosts)
            // Over UDP it is truncated to nothing.
            let overUDP = try server.answer(question)
            #expect(overUDP.isTruncated && overUDP.answer.isEmpty)
        }
    }

    /// An RRset of almost 64 KiB: it fits TCP, with the longest question and an OPT beside it.
    @Test func largestRRsetIsAnswered() throws {
        let text = [UInt8](repeating: 255, count: 1) + [UInt8](repeating: 0x61, count: 255)
        let lines = (0..<Self.texts).map { number in
            "*.big TXT \"\(String(repeating: "a", count: 255))\" \"\(number)\""
        }
        let zone = try TestZones.zone(lines.joined(separator: "\n"))
        let server = try TestServer([ZoneSource(zone: zone)])
        let label = String(repeating: "q", count: 58)
        let question = try Question(
            "\(label).\(label).\(label).\(label).big.example.org.", .txt,
            edns: .init(udpBytes: 65_535))
        let bytes = server.answer(question.packet, over: .tcp)
        let response = try DecodedMessage(bytes)
        #expect(bytes.count > 64_000)
        #expect(response.answer.count == Self.texts)
        #expect(response.answer.allSatisfy { $0.rdata.starts(with: text) })
        #expect(try server.answer(question).isTruncated)
    }
}
