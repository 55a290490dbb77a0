/// A packet that no resolver should send, and what RFCs say about it.
struct OddPacket: Sendable {
    enum Outcome: Hashable, CustomStringConvertible {
        case silence
        /// With the upper bits from the OPT.
        case rcode(Int)

        var description: String {
            switch self {
            case .silence: "silence"
            case .rcode(let rcode): Reply.rcodeName(rcode)
            }
        }
    }

    let description: String
    let bytes: [UInt8]
    /// What is allowed; nil where RFCs leave it open.
    var allowed: Set<Outcome>?
    /// Where they say so.
    var rule = ""

    private static let formatError: Set<Outcome> = [.rcode(1)]
    private static let notImplemented: Set<Outcome> = [.rcode(4)]
    private static let noError: Set<Outcome> = [.rcode(0)]

    // MARK: Building

    static let number: UInt16 = 0x0DD0
    private static let name = QueryName("www.types.test").wire

    /// A header; the number of each section's records as told, not as it is.
    private static func header(_ flags: UInt16 = 0, _ counts: [UInt16]) -> [UInt8] {
        number.bytes + flags.bytes + counts.flatMap { $0.bytes }
    }

    private static func question(
        _ name: [UInt8] = name, type: UInt16 = 1, rrClass: UInt16 = 1
    ) -> [UInt8] {
        name + type.bytes + rrClass.bytes
    }

    private static func query(
        flags: UInt16 = 0, type: UInt16 = 1, rrClass: UInt16 = 1, name: [UInt8] = name
    ) -> [UInt8] {
        header(flags, [1, 0, 0, 0]) + question(name, type: type, rrClass: rrClass)
    }

    /// An OPT record.
    private static func opt(
        owner: [UInt8] = [0], version: UInt8 = 0, flags: UInt16 = 0, _ rdata: [UInt8] = [],
        length: UInt16? = nil
    ) -> [UInt8] {
        owner + [0, 41, 0x04, 0xD0, 0, version] + flags.bytes
            + (length ?? UInt16(truncatingIfNeeded: rdata.count)).bytes + rdata
    }

    private static func option(_ code: UInt16, _ data: [UInt8]) -> [UInt8] {
        code.bytes + UInt16(truncatingIfNeeded: data.count).bytes + data
    }

    private static func with(_ opt: [UInt8]) -> [UInt8] {
        header(0, [1, 0, 0, 1]) + question() + opt
    }

    // MARK: The table

    static let all = headers + questions + opcodes + classesAndTypes + sections + edns + options

    private static let headers: [OddPacket] =
        [1, 2, 11].map {
            OddPacket(
                description: "\($0) bytes", bytes: Array(query().prefix($0)),
                allowed: [.silence], rule: "no header to answer to (RFC 1035 §4.1.1)")
        } + [
            OddPacket(
                description: "a response", bytes: query(flags: 0x8000), allowed: [.silence],
                rule: "two servers must not talk for ever (RFC 1035 §4.1.1)"),
            OddPacket(
                description: "a response with OPT",
                bytes: header(0x8000, [1, 0, 0, 1]) + question() + opt(), allowed: [.silence],
                rule: "two servers must not talk for ever (RFC 1035 §4.1.1)"),
            OddPacket(description: "TC set", bytes: query(flags: 0x0200)),
            OddPacket(description: "AA set", bytes: query(flags: 0x0400)),
            OddPacket(description: "RA set", bytes: query(flags: 0x0080)),
            OddPacket(
                description: "Z set", bytes: query(flags: 0x0040), allowed: noError,
                rule: "RFC 8906 §3.1.3"),
            OddPacket(
                description: "AD set", bytes: query(flags: 0x0020), allowed: noError,
                rule: "RFC 8906 §3.1.3"),
            OddPacket(
                description: "CD set", bytes: query(flags: 0x0010), allowed: noError,
                rule: "RFC 8906 §3.1.3"),
            OddPacket(description: "rcode 5 set", bytes: query(flags: 0x0005)),
        ]

    private static let questions: [OddPacket] = [
        OddPacket(description: "QDCOUNT 0", bytes: header(0, [0, 0, 0, 0])),
        OddPacket(
            description: "QDCOUNT 0 with OPT", bytes: header(0, [0, 0, 0, 1]) + opt()),
        OddPacket(
            description: "QDCOUNT 0 with a client cookie",
            bytes: header(0, [0, 0, 0, 1]) + opt(option(10, [1, 2, 3, 4, 5, 6, 7, 8]))),
        OddPacket(
            description: "QDCOUNT 0 but a question follows",
            bytes: header(0, [0, 0, 0, 0]) + question()),
        OddPacket(
            description: "QDCOUNT 2", bytes: header(0, [2, 0, 0, 0]) + question() + question(),
            allowed: formatError, rule: "RFC 9619 §4"),
        OddPacket(
            description: "QDCOUNT 2 with one question",
            bytes: header(0, [2, 0, 0, 0]) + question(), allowed: formatError,
            rule: "RFC 9619 §4"),
        OddPacket(
            description: "QDCOUNT 65535", bytes: header(0, [65_535, 0, 0, 0]) + question(),
            allowed: formatError, rule: "RFC 9619 §4"),
        OddPacket(
            description: "QDCOUNT 1 without a question", bytes: header(0, [1, 0, 0, 0]),
            allowed: formatError, rule: "RFC 1035 §4.1.1"),
        OddPacket(
            description: "the name is cut short", bytes: Array(query().prefix(20)),
            allowed: formatError, rule: "RFC 1035 §4.1.1"),
        OddPacket(
            description: "the type is cut short", bytes: Array(query().dropLast(3)),
            allowed: formatError, rule: "RFC 1035 §4.1.1"),
        OddPacket(
            description: "the class is cut short", bytes: Array(query().dropLast(1)),
            allowed: formatError, rule: "RFC 1035 §4.1.1"),
        OddPacket(description: "a pointer to itself", bytes: query(name: [0xC0, 12])),
        OddPacket(description: "a pointer to the header", bytes: query(name: [0xC0, 4])),
        OddPacket(description: "a label and a pointer", bytes: query(name: [1, 0x61, 0xC0, 12])),
        OddPacket(description: "a pointer beyond the end", bytes: query(name: [0xFF, 0xFF])),
        OddPacket(description: "a label of type 01", bytes: query(name: [0x41, 0x61, 0])),
        OddPacket(description: "a label of type 10", bytes: query(name: [0x81, 0x61, 0])),
        OddPacket(
            description: "a name of 256 bytes",
            bytes: query(
                name: [UInt8](repeating: 0, count: 4 * 64).enumerated().map {
                    $0.offset % 64 == 0 ? ($0.offset < 192 ? 63 : 62) : 0x61
                }), allowed: formatError, rule: "RFC 1035 §2.3.4"),
        OddPacket(
            description: "one byte behind the question", bytes: query() + [0]),
        OddPacket(
            description: "a hundred bytes behind the question",
            bytes: query() + [UInt8](repeating: 0xAA, count: 100)),
        OddPacket(
            description: "bytes behind the OPT", bytes: with(opt()) + [1, 2, 3]),
    ]

    private static let opcodes: [OddPacket] =
        ([1, 2, 3] + Array(6...15)).flatMap { opcode in
            [
                OddPacket(
                    description: "opcode \(opcode)", bytes: query(flags: UInt16(opcode) << 11),
                    allowed: notImplemented, rule: "RFC 8906 §3.1.4"),
                OddPacket(
                    description: "opcode \(opcode), header only",
                    bytes: header(UInt16(opcode) << 11, [0, 0, 0, 0])),
            ]
        } + [
            OddPacket(description: "NOTIFY", bytes: query(flags: 4 << 11, type: 6)),
            OddPacket(
                description: "NOTIFY for a zone",
                bytes: query(flags: 4 << 11, type: 6, name: QueryName("types.test").wire)),
            OddPacket(
                description: "UPDATE for a zone",
                bytes: query(flags: 5 << 11, type: 6, name: QueryName("types.test").wire)),
        ]

    private static let classesAndTypes: [OddPacket] =
        [0, 2, 3, 4, 254, 255, 65_280].map { rrClass in
            OddPacket(description: "class \(rrClass)", bytes: query(rrClass: rrClass))
        }
        + ["version.bind", "version.server", "hostname.bind", "id.server", "nothing.bind"].map {
            OddPacket(
                description: "CHAOS \($0)",
                bytes: query(type: 16, rrClass: 3, name: QueryName($0).wire))
        }
        + [0, 41, 128, 200, 248, 249, 250, 251, 252].map { type in
            OddPacket(description: "type \(type)", bytes: query(type: type))
        } + [
            OddPacket(
                description: "AXFR of a zone",
                bytes: query(type: 252, name: QueryName("types.test").wire)),
            OddPacket(
                description: "IXFR of a zone without SOA",
                bytes: query(type: 251, name: QueryName("types.test").wire)),
        ]

    private static let record: [UInt8] = name + [0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]

    private static let sections: [OddPacket] = [
        OddPacket(
            description: "a record in the answer section",
            bytes: header(0, [1, 1, 0, 0]) + question() + record),
        OddPacket(
            description: "a record in the authority section",
            bytes: header(0, [1, 0, 1, 0]) + question() + record),
        OddPacket(
            description: "a record in the additional section",
            bytes: header(0, [1, 0, 0, 1]) + question() + record),
        OddPacket(
            description: "ANCOUNT 1 without a record", bytes: header(0, [1, 1, 0, 0]) + question()),
        OddPacket(
            description: "NSCOUNT 65535 without records",
            bytes: header(0, [1, 0, 65_535, 0]) + question()),
        OddPacket(
            description: "ARCOUNT 1 without a record", bytes: header(0, [1, 0, 0, 1]) + question()),
        OddPacket(
            description: "a record longer than the packet",
            bytes: header(0, [1, 0, 0, 1]) + question() + name
                + [0, 1, 0, 1, 0, 0, 0, 60, 0xFF, 0xFF, 1]),
        OddPacket(
            description: "a TSIG of an unknown key",
            bytes: header(0, [1, 0, 0, 1]) + question() + QueryName("key").wire
                + [0, 250, 0, 255, 0, 0, 0, 0, 0, 61] + QueryName("hmac-sha256").wire
                + [0, 0, 0, 0, 0, 0, 1, 44, 0, 32] + [UInt8](repeating: 7, count: 32)
                + number.bytes + [0, 0, 0, 0], allowed: [.rcode(9)], rule: "RFC 8945 §5.2.1"),
    ]

    private static let edns: [OddPacket] = [
        OddPacket(
            description: "EDNS version 1", bytes: with(opt(version: 1)), allowed: [.rcode(16)],
            rule: "RFC 6891 §6.1.3"),
        OddPacket(
            description: "EDNS version 255", bytes: with(opt(version: 255)),
            allowed: [.rcode(16)], rule: "RFC 6891 §6.1.3"),
        OddPacket(
            description: "EDNS version 1 with an option",
            bytes: with(opt(version: 1, option(100, [1, 2]))), allowed: [.rcode(16)],
            rule: "RFC 8906 §3.2.5"),
        OddPacket(
            description: "all flags of EDNS", bytes: with(opt(flags: 0xFFFF)), allowed: noError,
            rule: "RFC 6891 §6.1.4"),
        OddPacket(
            description: "two OPTs",
            bytes: header(0, [1, 0, 0, 2]) + question() + opt() + opt(), allowed: formatError,
            rule: "RFC 6891 §6.1.1"),
        OddPacket(
            description: "an OPT behind another record",
            bytes: header(0, [1, 0, 0, 2]) + question() + record + opt()),
        OddPacket(
            description: "an OPT before another record",
            bytes: header(0, [1, 0, 0, 2]) + question() + opt() + record),
        OddPacket(
            description: "an OPT that the root does not own",
            bytes: with(opt(owner: [1, 0x61, 0]))),
        OddPacket(
            description: "an OPT in the answer section",
            bytes: header(0, [1, 1, 0, 0]) + question() + opt()),
        OddPacket(
            description: "an OPT in the authority section",
            bytes: header(0, [1, 0, 1, 0]) + question() + opt()),
        OddPacket(
            description: "an OPT longer than the packet",
            bytes: with(opt([], length: 20)), allowed: formatError, rule: "RFC 1035 §4.1.1"),
        OddPacket(
            description: "an OPT cut short", bytes: Array(with(opt()).dropLast(4)),
            allowed: formatError, rule: "RFC 1035 §4.1.1"),
        OddPacket(
            description: "an option longer than the OPT",
            bytes: with(opt([0, 100, 0, 9, 1])), allowed: formatError, rule: "RFC 6891 §6.1.2"),
        OddPacket(
            description: "an option without a length", bytes: with(opt([0, 100])),
            allowed: formatError, rule: "RFC 6891 §6.1.2"),
    ]

    private static let options: [OddPacket] =
        [
            OddPacket(
                description: "an unknown option", bytes: with(opt(option(100, [1, 2, 3]))),
                allowed: noError, rule: "RFC 6891 §6.1.2"),
            OddPacket(
                description: "fifty unknown options",
                bytes: with(opt((0..<50).flatMap { option(UInt16(1000 + $0), [1]) })),
                allowed: noError, rule: "RFC 6891 §6.1.2"),
            OddPacket(
                description: "1,100 bytes of padding",
                bytes: with(opt(option(12, [UInt8](repeating: 0, count: 1100)))),
                allowed: noError, rule: "RFC 7830 §3"),
            OddPacket(
                description: "3,000 bytes of padding",
                bytes: with(opt(option(12, [UInt8](repeating: 0, count: 3000)))),
                allowed: noError, rule: "RFC 7830 §3"),
            OddPacket(
                description: "NSID", bytes: with(opt(option(3, []))), allowed: noError,
                rule: "RFC 5001 §2.1"),
            OddPacket(description: "NSID with data", bytes: with(opt(option(3, [1, 2])))),
            OddPacket(description: "EXPIRE", bytes: with(opt(option(9, [])))),
            OddPacket(
                description: "keepalive over UDP", bytes: with(opt(option(11, []))),
                allowed: noError, rule: "RFC 7828 §3.2.1"),
            OddPacket(
                description: "a client subnet",
                bytes: with(opt(option(8, [0, 1, 24, 0, 192, 0, 2]))), allowed: noError,
                rule: "RFC 7871 §7.1.2"),
            OddPacket(
                description: "a client subnet of length 0",
                bytes: with(opt(option(8, [0, 1, 0, 0]))), allowed: noError,
                rule: "RFC 7871 §7.1.2"),
            OddPacket(
                description: "a client subnet with scope",
                bytes: with(opt(option(8, [0, 1, 24, 24, 192, 0, 2])))),
            OddPacket(
                description: "a client subnet that is too long",
                bytes: with(opt(option(8, [0, 1, 33, 0, 192, 0, 2, 1, 1])))),
            OddPacket(
                description: "a client subnet with bits behind its end",
                bytes: with(opt(option(8, [0, 1, 23, 0, 192, 0, 3])))),
            OddPacket(
                description: "a client subnet of family 3",
                bytes: with(opt(option(8, [0, 3, 24, 0, 192, 0, 2])))),
            OddPacket(
                description: "a client subnet cut short", bytes: with(opt(option(8, [0, 1])))),
        ]
        + [0, 1, 7, 8, 9, 15, 16, 40, 41].map { count in
            OddPacket(
                description: "a cookie of \(count) bytes",
                bytes: with(opt(option(10, [UInt8](repeating: 0x11, count: count)))))
        }
}
