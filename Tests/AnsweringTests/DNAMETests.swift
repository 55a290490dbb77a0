import Compiling
import DNSWire
import Testing
import Zones

/// What a DNAME makes of names (RFC 6672).
@Suite struct DNAMETests {
    struct Case: Sendable, CustomTestStringConvertible {
        var qname: String
        var zone: String
        var owner: String
        var target: String
        /// The new name; nil: no match.
        var result: String?

        init(_ qname: String, _ zone: String, _ owner: String, _ target: String, _ result: String?)
        {
            self.qname = qname
            self.zone = zone
            self.owner = owner
            self.target = target
            self.result = result
        }

        var testDescription: String { "\(qname) with \(owner) DNAME \(target)" }
    }

    /// The table of RFC 6672 §2.2.
    @Test(arguments: [
        Case("com.", "com.", "example.com.", "example.net.", nil),
        Case("example.com.", "example.com.", "example.com.", "example.net.", nil),
        Case("a.example.com.", "example.com.", "example.com.", "example.net.", "a.example.net."),
        Case(
            "a.b.example.com.", "example.com.", "example.com.", "example.net.", "a.b.example.net."),
        Case("ab.example.com.", "example.com.", "b.example.com.", "example.net.", nil),
        Case(
            "foo.example.com.", "example.com.", "example.com.", "example.net.", "foo.example.net."),
        Case(
            "a.x.example.com.", "example.com.", "x.example.com.", "example.net.", "a.example.net."),
        Case(
            "a.example.com.", "example.com.", "example.com.", "y.example.net.", "a.y.example.net."),
        Case(
            "cyc.example.com.", "example.com.", "example.com.", "example.com.", "cyc.example.com."),
        Case(
            "cyc.example.com.", "example.com.", "example.com.", "c.example.com.",
            "cyc.c.example.com."),
        Case("shortloop.x.x.", "x.", "x.", ".", "shortloop.x."),
        Case("shortloop.x.", "x.", "x.", ".", "shortloop."),
        // Not in the table: the root's own DNAME.
        Case("a.b.", ".", ".", "example.net.", "a.b.example.net."),
    ])
    func suffixIsReplaced(_ c: Case) throws {
        let zone = try TestZones.zone("\(c.owner) DNAME \(c.target)", origin: c.zone)
        let server = try TestServer([ZoneSource(zone: zone)])
        let response = try server.answer(c.qname, .txt)
        #expect(response.isAuthoritative)
        guard let result = c.result else {
            #expect(response.answer.isEmpty)
            return
        }
        let name = try Name(result)
        #expect(response.answer.first?.owner == (try Name(c.owner)))
        #expect(response.answer.first?.type == .dname)
        #expect(response.answer.first?.rdata == (try Name(c.target).wire))
        let cname = try #require(response.answer.dropFirst().first)
        #expect(cname.owner == (try Name(c.qname)))
        #expect(cname.type == .cname)
        #expect(cname.ttl == 3600)
        #expect(cname.rdata == name.wire)
    }

    /// [0] of the table: the owner itself, asked for DNAME.
    @Test func ownerAnswersForItsDNAME() throws {
        let zone = try TestZones.zone("@ DNAME example.net.", origin: "example.com.")
        let response = try TestServer([ZoneSource(zone: zone)]).answer("example.com.", .dname)
        #expect(response.answer.map(\.type) == [.dname])
    }

    @Test func spellingOfTheQuestionIsKept() throws {
        let zone = try TestZones.zone("old DNAME New\nc CNAME Www.oLD")
        let server = try TestServer([ZoneSource(zone: zone)])
        let response = try server.answer("X.y.OlD.Example.org.", .a)
        #expect(
            response.answer.map(\.owner.wire) == [
                try Name("OlD.Example.org.").wire, try Name("X.y.OlD.Example.org.").wire,
            ])
        #expect(response.answer.last?.rdata == (try Name("X.y.New.example.org.").wire))
        // Behind an alias that of the alias.
        let chain = try server.answer("c.example.org.", .a)
        #expect(chain.answer.last?.rdata == (try Name("Www.New.example.org.").wire))
    }

    /// 255 bytes are a name, 256 are not (RFC 6672 §2.2).
    @Test(arguments: 1...63)
    func longestNameIsMadeAndNoLonger(labelBytes: Int) throws {
        let label = String(repeating: "t", count: 60)
        let target = "\(label).\(label).\(label).example.org."
        let zone = try TestZones.zone("old DNAME \(target)")
        let server = try TestServer([ZoneSource(zone: zone)])
        let question = String(repeating: "q", count: labelBytes) + ".old.example.org."
        let response = try server.answer(question, .a)
        let bytes = try Name(target).wire.count + 1 + labelBytes
        #expect(response.rcode.rawValue == (bytes <= Name.maximumBytes ? 3 : 6))
        #expect(response.answer.count == (bytes <= Name.maximumBytes ? 2 : 1))
        #expect(response.isAuthoritative)
        // What does not exist has an SOA; what cannot exist has not.
        #expect(response.authority.count == (bytes <= Name.maximumBytes ? 1 : 0))
    }

    /// DNAME and CNAME go together: one without the other is no answer.
    @Test(arguments: 1...60)
    func redirectionIsTruncatedWhole(labelBytes: Int) throws {
        let label = String(repeating: "t", count: labelBytes)
        let zone = try TestZones.zone("old DNAME \(label).\(label).\(label)")
        let server = try TestServer([ZoneSource(zone: zone)])
        let long = String(repeating: "q", count: 57)
        let question = try Question(
            "\(long).\(long).old.example.org.", .a)
        let response = try server.answer(question)
        if response.rcode.rawValue == 6 {
            #expect(response.answer.map(\.type) == [.dname])
        } else if response.answer.isEmpty {
            #expect(response.isTruncated)
        } else {
            #expect(response.answer.map(\.type) == [.dname, .cname])
        }
        let overTCP = try server.answer(question, over: .tcp)
        #expect(!overTCP.isTruncated)
        #expect(!overTCP.answer.isEmpty)
    }

    /// Names below the steered target are steered.
    @Test func redirectionLeadsToASteeredName() throws {
        var steering = SteeringDefinition()
        let place = SourcePosition(file: "test.yaml")
        steering.endpoints = [
            EndpointDefinition(name: "one", addresses: [.v4(0xC000_0207)], position: place)
        ]
        steering.names = [
            SteeredName(
                owner: try Name("www.new.example.org."), ttl: .seconds(20),
                policy: .reference("one", place), position: place)
        ]
        let zone = try TestZones.zone("old DNAME new")
        let server = try TestServer([ZoneSource(zone: zone, steering: steering)])
        let response = try server.answer("www.old.example.org.", .a)
        #expect(response.answer.map(\.type) == [.dname, .cname, .a])
        #expect(response.answer.last?.owner == (try Name("www.new.example.org.")))
        #expect(response.answer.last?.rdata == [192, 0, 2, 7])
        #expect(response.answer.last?.ttl == 20)
    }
}
