import DNSWire
import MasterFile
import Testing
import Zones

/// The reference lookup against the worked examples of RFC 1034 §6 and RFC 4592 §2.2.1.
@Suite struct LookupTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var type: RRType
        var outcome: String

        init(_ name: String, _ type: RRType, _ outcome: String) {
            self.name = name
            self.type = type
            self.outcome = outcome
        }

        var testDescription: String { "\(name) \(type)" }
    }

    /// RFC 1034 §6.1, the root zone that server C.ISI.EDU holds, as far as §6.2 asks for it, and the zone
    /// EDU's cut.
    static let rootZone = """
        $TTL 86400
        . SOA SRI-NIC.ARPA. HOSTMASTER.SRI-NIC.ARPA. 870611 1800 300 604800 86400
          NS A.ISI.EDU.
          NS C.ISI.EDU.
          NS SRI-NIC.ARPA.
        MIL. NS SRI-NIC.ARPA.
             NS A.ISI.EDU.
        EDU. NS SRI-NIC.ARPA.
             NS C.ISI.EDU.
        SRI-NIC.ARPA. A 26.0.0.73
                      A 10.0.0.51
                      MX 0 SRI-NIC.ARPA.
                      HINFO DEC-2060 TOPS20
        ACC.ARPA. A 26.6.0.65
                  HINFO PDP-11/70 UNIX
                  MX 10 ACC.ARPA.
        USC-ISIC.ARPA. CNAME C.ISI.EDU.
        73.0.0.26.IN-ADDR.ARPA. PTR SRI-NIC.ARPA.
        65.0.6.26.IN-ADDR.ARPA. PTR ACC.ARPA.
        A.ISI.EDU. 172800 A 26.3.0.103
        C.ISI.EDU. 172800 A 10.0.0.52
        """

    @Test(arguments: [
        Case("SRI-NIC.ARPA.", .a, "answer SRI-NIC.ARPA. A"),
        Case("sri-nic.arpa.", .any, "answer SRI-NIC.ARPA. HINFO"),
        Case("SRI-NIC.ARPA.", .mx, "answer SRI-NIC.ARPA. MX"),
        Case("SRI-NIC.ARPA.", .ns, "no data"),
        Case("SIR-NIC.ARPA.", .a, "name error"),
        Case("BRL.MIL.", .a, "delegation MIL."),
        Case("USC-ISIC.ARPA.", .a, "cname USC-ISIC.ARPA."),
        Case("USC-ISIC.ARPA.", .cname, "answer USC-ISIC.ARPA. CNAME"),
        Case("A.ISI.EDU.", .a, "delegation EDU."),
        Case("EDU.", .ns, "delegation EDU."),
        Case("EDU.", .ds, "no data"),
        Case("x.EDU.", .ds, "delegation EDU."),
        Case("ARPA.", .a, "no data"),
        Case("6.26.IN-ADDR.ARPA.", .ptr, "no data"),
        Case("7.26.IN-ADDR.ARPA.", .ptr, "name error"),
        Case(".", .soa, "answer . SOA"),
        Case(".", .txt, "no data"),
    ])
    func rootZoneAnswers(_ c: Case) throws {
        #expect(try outcome(LookupTests.rootZone, origin: ".", c) == c.outcome)
    }

    /// RFC 4592 §2.2.1, and what §3.3.1 and §4 say of more.
    static let wildcardZone = """
        $ORIGIN example.
        example. 3600 IN SOA ns.example.com. h.example. 1 2 3 4 5
        example. 3600 NS ns.example.com.
        example. 3600 NS ns.example.net.
        *.example. 3600 TXT "this is a wildcard"
        *.example. 3600 MX 10 host1.example.
        sub.*.example. 3600 TXT "this is not a wildcard"
        host1.example. 3600 A 192.0.2.1
        _ssh._tcp.host1.example. 3600 SRV 0 0 22 host1.example.
        _ssh._tcp.host2.example. 3600 SRV 0 0 22 host2.example.
        subdel.example. 3600 NS ns.example.com.
        subdel.example. 3600 NS ns.example.net.
        *.alias 3600 CNAME host1
        x.*.below 3600 TXT "makes *.below an empty non-terminal"
        moved 3600 DNAME example.net.
        moved 3600 TXT "not moved itself"
        *.wildcut 3600 NS ns.example.com.
        """

    @Test(arguments: [
        Case("host3.example.", .mx, "wildcard *.example. MX"),
        Case("host3.example.", .a, "no data, wildcard"),
        Case("foo.bar.example.", .txt, "wildcard *.example. TXT"),
        Case("host1.example.", .mx, "no data"),
        Case("sub.*.example.", .mx, "no data"),
        Case("_telnet._tcp.host1.example.", .srv, "name error"),
        Case("host.subdel.example.", .a, "delegation subdel.example."),
        Case("ghost.*.example.", .mx, "name error"),
        Case("*.example.", .mx, "answer *.example. MX"),
        Case("*.example.", .a, "no data"),
        Case("_tcp.host2.example.", .srv, "no data"),
        Case("host2.example.", .a, "no data"),
        Case("x.host2.example.", .a, "name error"),
        Case("a.b.alias.example.", .a, "wildcard cname *.alias.example."),
        Case("a.alias.example.", .cname, "wildcard *.alias.example. CNAME"),
        Case("q.below.example.", .txt, "no data, wildcard"),
        Case("x.q.below.example.", .txt, "no data, wildcard"),
        Case("x.wildcut.example.", .ns, "wildcard *.wildcut.example. NS"),
        Case("x.wildcut.example.", .a, "no data, wildcard"),
        Case("*.wildcut.example.", .ns, "delegation *.wildcut.example."),
        Case("*.wildcut.example.", .ds, "no data"),
        Case("a.*.wildcut.example.", .a, "delegation *.wildcut.example."),
        Case("host1.example.", .any, "answer host1.example. A"),
        Case("moved.example.", .any, "answer moved.example. DNAME"),
        Case("moved.example.", .txt, "answer moved.example. TXT"),
        Case("moved.example.", .a, "no data"),
        Case("a.moved.example.", .a, "dname moved.example."),
        Case("a.b.MOVED.example.", .dname, "dname moved.example."),
        Case("example.org.", .a, "not in zone"),
        Case("notexample.", .a, "not in zone"),
    ])
    func wildcardZoneAnswers(_ c: Case) throws {
        #expect(try outcome(LookupTests.wildcardZone, origin: "example.", c) == c.outcome)
    }

    @Test func apexDNAMEMovesEverythingBelow() throws {
        let zone = "$TTL 5\n@ SOA . . 1 2 3 4 5\n@ NS ns.example.net.\n@ DNAME example.net.\n"
        #expect(
            try outcome(zone, origin: "example.", Case("a.b.example.", .a, "")) == "dname example.")
        #expect(
            try outcome(zone, origin: "example.", Case("example.", .ns, "")) == "answer example. NS"
        )
    }

    @Test func namesHoldEmptyNonTerminals() throws {
        let zone = try load(LookupTests.wildcardZone, origin: "example.")
        let empty = [
            "_tcp.host1", "_tcp.host2", "host2", "alias", "below", "*.below", "wildcut",
        ]
        #expect(zone.emptyNonTerminals == Set(try empty.map { try Name($0 + ".example.") }))
        #expect(zone.names.count == zone.owners.count + empty.count)
    }

    private func load(_ text: String, origin: String) throws -> Zone {
        let files = ZoneFiles(folder: "/", contents: ["/zone": text])
        let (zone, findings) = loadZone(origin: try Name(origin), file: "/zone", files: files)
        #expect(findings.filter { $0.severity == .error } == [])
        return try #require(zone)
    }

    private func outcome(_ text: String, origin: String, _ c: Case) throws -> String {
        switch try load(text, origin: origin).lookup(try Name(c.name), c.type) {
        case .answer(let rrset, let owner, let wildcard):
            let type = c.type == .any ? rrset.type : c.type
            #expect(rrset.type == type)
            return "\(wildcard ? "wildcard" : "answer") \(spelled(owner)) \(rrset.type)"
        case .cname(let rrset, let owner, let wildcard):
            #expect(rrset.type == .cname)
            return "\(wildcard ? "wildcard " : "")cname \(spelled(owner))"
        case .dname(let rrset, let owner):
            #expect(rrset.type == .dname)
            return "dname \(spelled(owner))"
        case .delegation(let rrset, let cut):
            #expect(rrset.type == .ns)
            return "delegation \(spelled(cut))"
        case .noData(let wildcard): return wildcard ? "no data, wildcard" : "no data"
        case .nameError: return "name error"
        case .notInZone: return "not in zone"
        }

        /// The question's spelling does not matter: compare with the case's.
        func spelled(_ name: Name) -> String {
            c.outcome.split(separator: " ").map(String.init).first { text in
                (try? Name(text)) == name && text.hasSuffix(".")
            } ?? name.description
        }
    }
}
