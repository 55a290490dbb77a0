import Compiling
import DNSWire
import Serving
import Testing
import Zones

/// A query with an OPT gets a response with one, whatever else is wrong with it (RFC 6891 §6.1.1, §7).
@Suite struct EdnsOpcodeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var opcode: UInt16 = 0
        var version: UInt8 = 0
        var edns = true
        /// Changes the packet.
        var change: @Sendable (inout [UInt8]) -> Void = { _ in }
        var rcode: RCode
        var hasOPT = true
        /// The extended error (RFC 8914).
        var reason: UInt16?
    }

    @Test(arguments: [
        Case(testDescription: "IQUERY", opcode: 1, rcode: .notImplemented),
        Case(testDescription: "STATUS", opcode: 2, rcode: .notImplemented),
        Case(testDescription: "NOTIFY", opcode: 4, rcode: .refused, reason: 21),
        Case(testDescription: "UPDATE", opcode: 5, rcode: .refused, reason: 21),
        Case(testDescription: "DSO", opcode: 6, rcode: .notImplemented),
        Case(testDescription: "opcode 15", opcode: 15, rcode: .notImplemented),
        Case(
            testDescription: "NOTIFY without EDNS", opcode: 4, edns: false, rcode: .refused,
            hasOPT: false),
        Case(
            testDescription: "opcode 15 without EDNS", opcode: 15, edns: false,
            rcode: .notImplemented, hasOPT: false),
        // The version comes first (RFC 6891 §6.1.3).
        Case(testDescription: "NOTIFY, version 1", opcode: 4, version: 1, rcode: .badVersion),
        Case(testDescription: "opcode 15, version 1", opcode: 15, version: 1, rcode: .badVersion),
        Case(
            testDescription: "opcode 15 without a question", opcode: 15,
            change: {
                $0[5] = 0
                $0.removeSubrange(12..<33)
            }, rcode: .notImplemented),
        Case(
            testDescription: "UPDATE with options that do not add up", opcode: 5,
            change: { bytes in
                bytes[bytes.count - 1] = 3
                bytes += [0, 10, 0]
            }, rcode: .refused, reason: 21),
        Case(
            testDescription: "UPDATE with an OPT that is cut short", opcode: 5,
            change: { $0.removeLast(2) }, rcode: .refused, hasOPT: false),
        Case(
            testDescription: "two questions",
            change: { bytes in
                bytes[5] = 2
                bytes.insert(contentsOf: [0xC0, 12, 0, 1, 0, 1], at: 33)
            }, rcode: .formatError),
        Case(
            testDescription: "an answer in a query",
            change: { bytes in
                bytes[7] = 1
                bytes.insert(
                    contentsOf: [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 192, 0, 2, 1], at: 33)
            }, rcode: .formatError),
        Case(
            testDescription: "the OPT in the answer section",
            change: {
                $0[7] = 1
                $0[11] = 0
            }, rcode: .formatError, hasOPT: false),
    ])
    func anOPTIsAnsweredWithAnOPT(_ c: Case) throws {
        let server = try TestServer([ZoneSource(zone: try TestZones.zone("www A 192.0.2.80"))])
        var question = try Question(
            "www.example.org.", .a, edns: c.edns ? .init(version: c.version) : nil)
        question.flags = c.opcode << 11
        var packet = question.packet
        c.change(&packet)
        for transport in [TransportProtocol.udp, .tcp] {
            let response = try DecodedMessage(server.answer(packet, over: transport))
            #expect(response.rcode == c.rcode)
            #expect(response.flags & Header.opcodeMask == c.opcode << 11)
            #expect(!response.isAuthoritative)
            #expect(response.answer.isEmpty && response.authority.isEmpty)
            #expect(response.additional.isEmpty)
            #expect((response.opt != nil) == c.hasOPT)
            #expect(response.extendedError?.code == c.reason)
        }
    }
}
