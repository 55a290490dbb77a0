import DNSWire
import Resolving
import Testing

/// What a response says, whoever wrote it.
@Suite struct HostReplyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let message: [UInt8]
        let reply: HostReply

        init(_ description: String, _ message: Message, _ reply: HostReply) {
            self.init(description, message.bytes, reply)
        }

        init(_ description: String, _ message: [UInt8], _ reply: HostReply) {
            testDescription = description
            self.message = message
            self.reply = reply
        }
    }

    static let host = "lb.example.net."
    static let question = HostQuestion(
        id: 0x1234, name: (try? Name(host)) ?? .root, family: .v4)
    private static let message = Message(to: question)

    private static func some(
        _ list: [IPAddress], ttl: UInt32 = 60, note: String? = nil
    ) -> HostReply {
        .addresses(list, ttl: ttl, note: note)
    }

    static let answers: [Case] = [
        Case("one", message.with(host, "192.0.2.1"), some(addresses("192.0.2.1"))),
        Case(
            "in order, each once",
            message.with(host, "192.0.2.9").with(host, "192.0.2.1").with(host, "192.0.2.9"),
            some(addresses("192.0.2.1", "192.0.2.9"))),
        Case(
            "the shortest TTL",
            message.with(host, "192.0.2.1", ttl: 90).with(host, "192.0.2.2", ttl: 30),
            some(addresses("192.0.2.1", "192.0.2.2"), ttl: 30)),
        Case(
            "an impossible TTL", message.with(host, "192.0.2.1", ttl: 0x8000_0001),
            some(addresses("192.0.2.1"), ttl: 0)),
        Case(
            "aliases, in any order",
            message.with("c.example.org.", "192.0.2.1", ttl: 50)
                .with("b.example.org.", alias: "C.example.org.", ttl: 20)
                .with(host, alias: "b.example.org.", ttl: 40),
            some(addresses("192.0.2.1"), ttl: 20)),
        Case(
            "another spelling of the name",
            message.changed { $0.question?.name = "LB.Example.NET." }
                .with("lb.EXAMPLE.net.", "192.0.2.1"), some(addresses("192.0.2.1"))),
        Case(
            "records of others", message.with("other.example.net.", "192.0.2.1"), .noData),
        Case("the other family", message.with(host, "2001:db8::1"), .noData),
        Case("nothing", message, .noData),
        Case("an alias to nothing", message.with(host, alias: "b.example.org."), .noData),
        Case(
            "aliases in a loop",
            message.with(host, alias: "b.example.org.").with("b.example.org.", alias: host),
            .failed("more than 16 aliases")),
        Case("no such name", Message(to: question, rcode: 3), .nameError),
        Case("SERVFAIL", Message(to: question, rcode: 2), .failed("SERVFAIL")),
        Case("REFUSED", Message(to: question, rcode: 5), .failed("REFUSED")),
        Case(
            "FORMERR without a question",
            Message(to: question, rcode: 1).changed { $0.question = nil }, .failed("FORMERR")),
        Case("cut short", message.changed { $0.flags |= 0x0200 }, .truncated),
    ]

    static let lies: [Case] = [
        Case("another id", message.changed { $0.id = 1 }.with(host, "192.0.2.1"), .foreign),
        Case("a query", message.changed { $0.flags = 0x0100 }, .foreign),
        Case("another operation", message.changed { $0.flags |= 0x2800 }, .foreign),
        Case(
            "another name", message.changed { $0.question?.name = "lb.example.com." }, .foreign),
        Case("another type", message.changed { $0.question?.type = 28 }, .foreign),
        Case("no question", message.changed { $0.question = nil }, .foreign),
        Case("less than a header", [0x12, 0x34, 0x81], .foreign),
        Case(
            "unspecified", message.with(host, "0.0.0.0"),
            .failed("0.0.0.0 is refused: it is unspecified")),
        Case(
            "multicast beside a good one",
            message.with(host, "224.0.0.251").with(host, "192.0.2.1"),
            some(addresses("192.0.2.1"), note: "224.0.0.251 is refused: it is multicast")),
        Case(
            "broadcast", message.with(host, "255.255.255.255"),
            .failed("255.255.255.255 is refused: it is broadcast")),
        Case("private", message.with(host, "10.1.2.3"), some(addresses("10.1.2.3"))),
        Case(
            "an address of five bytes", message.adding(host, 1, 60, [1, 2, 3, 4, 5]),
            .failed("the answer is malformed")),
        Case(
            "more records told than there are",
            message.with(host, "192.0.2.1").changed { $0.count = 2 },
            .failed("the answer is malformed")),
        Case(
            "an alias longer than its record",
            message.adding(host, 5, 60, Message.wire("b.example.org.") + [0]),
            .failed("the answer is malformed")),
        Case(
            "a pointer to itself",
            message.changed { $0.count = 1 }.bytes + [0xC0, 32, 0, 1, 0, 1],
            .failed("the answer is malformed")),
    ]

    @Test(arguments: answers)
    func answersAreRead(_ given: Case) {
        #expect(HostReply(given.message, to: Self.question) == given.reply)
    }

    @Test(arguments: lies)
    func liesAreSeen(_ given: Case) {
        #expect(HostReply(given.message, to: Self.question) == given.reply)
    }

    @Test func mostAddressesAreLeftOut() {
        var message = Self.message
        for last in (1...40).reversed() { message = message.with(Self.host, "192.0.2.\(last)") }
        guard case .addresses(let list, _, let note) = HostReply(message.bytes, to: Self.question)
        else {
            Issue.record("no addresses")
            return
        }
        #expect(list == (1...16).compactMap { IPAddress("192.0.2.\($0)") })
        #expect(note == "40 addresses, of which the lowest 16 are used")
    }

    @Test(arguments: [
        ("::", "unspecified"), ("ff02::1", "multicast"), ("::ffff:224.0.0.1", "multicast"),
        ("0.1.2.3", "unspecified"), ("239.255.255.250", "multicast"),
    ])
    func someAddressesAreNoTargets(_ text: String, _ reason: String) {
        #expect(IPAddress(text)?.reasonAgainst == reason)
    }

    @Test(arguments: ["127.0.0.1", "192.168.1.1", "fd00::1", "fe80::1", "::ffff:192.0.2.1"])
    func privateAddressesAreTargets(_ text: String) throws {
        #expect(try #require(IPAddress(text)).reasonAgainst == nil)
    }

    @Test func queriesAskForRecursionAndOneFamily() {
        let message = Self.question.message
        #expect(message.prefix(12) == [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1])
        let question = Message.wire(Self.host) + [0, 1, 0, 1]
        let opt: [UInt8] = [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]
        #expect(Array(message[12...]) == question + opt)
    }
}
