import Compiling
import DNSWire
import Serving
import Testing
import Zones

/// What becomes of packets that are not plain questions (RFC 1035 §4.1.1, RFC 8906 §8, RFC 9619).
@Suite struct HeaderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Changes a well-formed query for `www.example.org. A`.
        var change: @Sendable (inout [UInt8]) -> Void
        /// The response's code; nil: no response.
        var rcode: RCode?
        var hasQuestion = true
    }

    @Test(arguments: [
        Case(testDescription: "as it is", change: { _ in }, rcode: .noError),
        Case(testDescription: "a response", change: { $0[2] |= 0x80 }, rcode: nil),
        Case(testDescription: "nothing", change: { $0 = [] }, rcode: nil),
        Case(testDescription: "less than a header", change: { $0 = Array($0[..<11]) }, rcode: nil),
        Case(
            testDescription: "a header alone", change: { $0 = Array($0[..<12]) },
            rcode: .formatError, hasQuestion: false),
        Case(
            testDescription: "NOTIFY", change: { $0[2] = 4 << 3 }, rcode: .refused,
            hasQuestion: false),
        Case(
            testDescription: "UPDATE", change: { $0[2] = 5 << 3 }, rcode: .refused,
            hasQuestion: false),
        Case(
            testDescription: "an unknown opcode", change: { $0[2] = 15 << 3 },
            rcode: .notImplemented, hasQuestion: false),
        Case(
            testDescription: "no question", change: { $0[5] = 0 }, rcode: .formatError,
            hasQuestion: false),
        Case(
            testDescription: "two questions", change: { $0[5] = 2 }, rcode: .formatError,
            hasQuestion: false),
        Case(
            testDescription: "a compressed name",
            change: { $0.replaceSubrange(12..., with: [0xC0, 12, 0, 1, 0, 1]) },
            rcode: .formatError, hasQuestion: false),
        Case(
            testDescription: "a name of 256 bytes",
            change: { bytes in
                let label = [63] + [UInt8](repeating: 0x61, count: 63)
                let name = label + label + label + [62] + label[1..<63] + [0]
                bytes.replaceSubrange(12..., with: name + [0, 1, 0, 1])
            }, rcode: .formatError, hasQuestion: false),
        Case(
            testDescription: "cut short in the question", change: { $0.removeLast() },
            rcode: .formatError, hasQuestion: false),
        Case(
            testDescription: "an answer in a query", change: { $0[7] = 1 }, rcode: .formatError),
        Case(
            testDescription: "an additional record that is not there", change: { $0[11] = 1 },
            rcode: .formatError),
        Case(
            testDescription: "two OPT records",
            change: { bytes in
                bytes[11] = 2
                let opt: [UInt8] = [0, 0, 41, 4, 0xD0, 0, 0, 0, 0, 0, 0]
                bytes += opt + opt
            }, rcode: .formatError),
        Case(
            testDescription: "options that do not add up",
            change: { bytes in
                bytes[11] = 1
                bytes += [0, 0, 41, 4, 0xD0, 0, 0, 0, 0, 0, 3, 0, 10, 0]
            }, rcode: .formatError),
        Case(
            testDescription: "an unknown option (RFC 6891 §6.1.2)",
            change: { bytes in
                bytes[11] = 1
                bytes += [0, 0, 41, 4, 0xD0, 0, 0, 0, 0, 0, 5, 0xFD, 0xE9, 0, 1, 7]
            }, rcode: .noError),
        Case(
            testDescription: "TC, RA, Z, AD and CD set",
            change: {
                $0[2] |= 2; $0[3] |= 0xF0
            },
            rcode: .noError),
    ])
    func codeAndQuestionFit(_ c: Case) throws {
        let server = try TestServer([
            ZoneSource(zone: try TestZones.zone("www A 192.0.2.80"))
        ])
        let query = try Question("www.example.org.", .a).packet
        var packet = query
        c.change(&packet)
        let response = server.answer(packet)
        guard let rcode = c.rcode else {
            #expect(response.isEmpty)
            #expect(server.counters.value(.dropped) == 1)
            return
        }
        let decoded = try DecodedMessage(response)
        #expect(decoded.isResponse)
        #expect(decoded.rcode == rcode)
        #expect((decoded.question != nil) == c.hasQuestion)
        #expect(Array(response[..<2]) == Array(packet[..<2]))
        // Opcode and RD as they came, AA where it was answered, nothing else.
        let echoed = UInt16(packet[2] & 0x79) << 8
        let authority: UInt16 = rcode == .noError ? Header.authoritativeBit : 0
        #expect(decoded.flags & 0xFFF0 == Header.responseBit | echoed | authority)
        #expect(decoded.answer.count == (rcode == .noError ? 1 : 0))
    }

    @Test func countersAddUp() throws {
        let server = try TestServer([
            ZoneSource(zone: try TestZones.zone("www A 192.0.2.80"))
        ])
        for name in ["www.example.org.", "nobody.example.org.", "www.example.com."] {
            _ = server.answer(try Question(name, .a, edns: .init()).packet)
            _ = server.answer(try Question(name, .txt).packet, over: .tcp)
        }
        _ = server.answer([1, 2, 3])
        let counters = server.counters
        #expect(counters.value(.udpQueries) == 4)
        #expect(counters.value(.tcpQueries) == 3)
        #expect(counters.value(.edns) == 3)
        #expect(counters.value(.noError) == 2)
        #expect(counters.value(.noData) == 1)
        #expect(counters.value(.nameError) == 2)
        #expect(counters.value(.refused) == 2)
        #expect(counters.value(.dropped) == 1)
    }
}
