import CLDNS
import DNSWire
import MasterFile
import Testing
import Zones

/// Rdata from text, compared with what libldns makes of the same text.
@Suite struct RdataTests {
    /// Type and rdata that both readers take, names relative to `example.org.` or not.
    static let good = [
        "A 192.0.2.1", "A 0.0.0.0", "A 255.255.255.255", "AAAA 2001:db8::1", "AAAA ::",
        "AAAA ::ffff:192.0.2.1", "NS ns1", "NS .", "NS ns1.example.net.", "MD a", "MF a", "MB a",
        "MG a", "MR a", "CNAME a\\.b.c", "CNAME \\000\\255x", "CNAME @", "PTR *.a", "DNAME a",
        "MINFO a b", "MX 0 .", "MX 65535 mail", "AFSDB 1 a", "RT 1 a", "KX 1 a",
        "PX 1 a b", "RP mbox txt", "LP 10 l64", "TALINK a b",
        "SOA ns1 host\\.master 4294967295 7200 900 1209600 300", "SOA . . 0 1h 15m 2w 5m",
        "SRV 1 2 3 a", "NAPTR 100 50 \"s\" \"z3950+I2L+I2C\" \"\" _z3950._tcp",
        "NAPTR 1 1 u E2U+sip !^.*$!sip:x@example.net! .", "HINFO \"a b\" c", "TXT a", "TXT a b c",
        "TXT \"\"", "TXT \"a;b\" \"(c)\"", "TXT \\\"q\\\" \"x\\\"y\" \\000\\255",
        "SPF \"v=spf1 -all\"",
        "X25 311061700956", "CAA 0 issue \"ca.example.net; x=1\"",
        "URI 10 1 \"ftp://ftp1.example.com/public\"",
        "DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
        "DS 60485 RSASHA256 2 2BB183AF5F22 588179A5 3B0A98631FAD1A292118", "CDS 0 0 0 00",
        "DNSKEY 256 3 8 AwEAAcFcGsaxxdgiuuGmCkVI my4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/DlUmObdk=",
        "CDNSKEY 0 3 0 AA==", "KEY 256 3 5 AQPSKmynfzW4", "SSHFP 1 1 aabb cc",
        "TLSA 3 1 1 D2ABDE24",
        "SMIMEA 3 1 1 aabb", "OPENPGPKEY AQID BAUG",
        "DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=", "ZONEMD 2018031500 1 1 FEBE3D4C",
        "CSYNC 66 3 A NS AAAA", "NSEC host A MX RRSIG NSEC TYPE1234",
        "HTTPS 0 foo", "HTTPS 1 . alpn=\"h2,h3\" port=443 ipv4hint=192.0.2.1,192.0.2.2",
        "HTTPS 1 @ ech=AQID ipv6hint=2001:db8::1", "SVCB 1 foo no-default-alpn alpn=h2",
        "SVCB 1 foo key65333=ab", "SVCB 1 foo key667=\"hello\\210qoo\"",
        "SVCB 2 foo mandatory=alpn,port port=1 alpn=h2",
        "LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m",
        "LOC 52 22 N 4 E 0m", "APL 1:192.168.32.0/21 !1:192.168.38.0/28",
        "CERT PKIX 1 RSASHA1 AQID",
        "CERT 65535 65535 255 AQID", "IPSECKEY 10 1 2 192.0.2.38 AQNRU3mG7TVTO2Bk",
        "IPSECKEY 10 3 2 mygateway.example.com. AQNRU3mG7TVTO2Bk",
        "HIP 2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNu rvs1 rvs2.example.com.",
        "EUI48 00-00-5e-00-53-2a", "EUI64 00-00-5e-ef-10-00-00-2a", "NID 10 0014:4fff:ff20:ee64",
        "L32 10 10.1.2.0", "L64 10 2001:0DB8:1140:1000", "GPOS -32.6882 116.8652 10.0",
        "ISDN 150862028003217 004", "WKS 10.0.0.1 TCP 25 80",
        "NSEC3PARAM 1 0 12 aabbccdd", "NSEC3PARAM 1 0 0 -",
        "NSEC3 1 1 12 aabbccdd 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG",
        "RRSIG A 5 3 86400 20030322173103 20030220173103 2642 @ oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTr",
        "NULL \\# 3 010203", "TYPE65280 \\# 0", "TYPE65280 \\# 4 0102 0304", "TYPE1 \\# 4 C0000201",
        "A \\# 4 C0000201", "TXT \\# 2 0161", "AMTRELAY \\# 2 0A00",
    ]

    @Test(arguments: good)
    func rdataIsThatOfLibldns(line: String) throws {
        let record = try one(line)
        #expect(record.rdata == (try Oracle.rdata(line, origin: "example.org.")))
        #expect(RdataLayout(of: record.type)?.isWellFormed(record.rdata) ?? true)
    }

    /// Printed by libldns and read again, rdata is the same.
    @Test(arguments: good)
    func rdataSurvivesPrinting(line: String) throws {
        let record = try one(line)
        let printed = try Oracle.presentation(record)
        #expect(try one(printed).rdata == record.rdata, "\(printed)")
    }

    @Test(
        arguments: [
            ("TYPE261 \"a\" b", [0x01, 0x61, 0x01, 0x62]),
            ("RESINFO qnamemin", [8] + Array("qnamemin".utf8)),
            ("WALLET BTC x", [3, 0x42, 0x54, 0x43, 1, 0x78]), ("AVC a", [1, 0x61]),
            // libldns differs: it takes these for a string, or refuses a value without quotation marks.
            ("NSAP-PTR a.", [1, 0x61, 0]), ("CAA 128 a x", [128, 1, 0x61, 0x78]),
            ("SVCB 1 . key65333=a\\;b", [0, 1, 0, 0xFF, 0x35, 0, 3, 0x61, 0x3B, 0x62]),
            (
                "IPSECKEY 10 3 2 gw AQID",
                [10, 3, 2, 2, 0x67, 0x77, 7] + Array("example".utf8) + [3]
                    + Array("org".utf8) + [0, 1, 2, 3]
            ),
        ] as [(String, [UInt8])])
    func rdataIs(_ line: String, _ expected: [UInt8]) throws {
        #expect(try one(line).rdata == expected)
    }

    /// RFC 9460 appendix D.2, in hexadecimal after the target's root.
    @Test(arguments: [
        ("16 . key667=hello", "0010 00 029b 0005 68656c6c6f"),
        ("16 . key667=\"hello\\210qoo\"", "0010 00 029b 0009 68656c6c6f d2 716f6f"),
        (
            "1 . ipv6hint=\"2001:db8::1,2001:db8::53:1\"",
            "0001 00 0006 0020 20010db8000000000000000000000001 20010db8000000000000000000530001"
        ),
        (
            "16 . alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1",
            "0010 00 0000 0004 0001 0004 0001 0009 026832 0568332d3139 0004 0004 c0000201"
        ),
        ("16 . alpn=\"f\\\\\\\\oo\\\\,bar,h2\"", "0010 00 0001 000c 08 665c6f6f2c626172 026832"),
        ("16 . alpn=f\\\\\\092oo\\092,bar,h2", "0010 00 0001 000c 08 665c6f6f2c626172 026832"),
    ])
    func serviceParametersAreThoseOfTheirRFC(_ text: String, _ hex: String) throws {
        let rdata = try one("SVCB " + text).rdata
        let expected = hex.filter { $0 != " " }
        #expect(rdata.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == expected)
    }

    /// libldns takes these, and means something else or nothing by part of them.
    @Test(arguments: [
        "MX 65536 a", "HTTPS 1 . port=65536", "HTTPS 1 . port=1 port=2", "NSEC a A FOO",
        "LOC 52 N 4 E 0m 1m 1m 1m 1m", "L32 65536 10.1.2.0", "NSEC3PARAM 257 0 0 -",
        "NSEC3 1 1 12 - 2vptu5timamqttgl4luu9kg21e0aor3s A FOO",
        "RRSIG FOO 5 3 1 20030322173103 20030220173103 2642 @ AQID",
        "IPSECKEY 256 1 2 192.0.2.1 AQID",
    ])
    func whatLibldnsSwallowsIsRefused(line: String) throws {
        let (records, findings) = try read("@ 60 \(line)\n")
        #expect(records.isEmpty)
        #expect(findings.count == 1)
    }

    @Test func addressesReadAsIPAddressDoes() throws {
        var generator = SeededGenerator(seed: 11)
        let pieces = ["0", "1", "25", "255", "256", "01", ".", ".", ".", "x", "192.0.2.1"]
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 1...8, using: &generator))
                .compactMap { _ in pieces.randomElement(using: &generator) }.joined()
            let expected = IPAddress(text)?.bytes
            #expect(try read("@ 60 A \(text)\n").records.first?.rdata == expected, "\(text)")
        }
    }

    private func one(_ line: String) throws -> ResourceRecord {
        let (records, findings) = try read("@ 60 \(line)\n")
        #expect(findings == [])
        return try #require(records.first)
    }
}

/// libldns, called directly.
enum Oracle {
    struct Refusal: Error { var status: UInt32 }

    /// Rdata on the wire.
    static func rdata(_ line: String, origin: String) throws -> [UInt8] {
        let origin = ldns_dname_new_frm_str(origin)
        defer { ldns_rdf_deep_free(origin) }
        var record: UnsafeMutablePointer<ldns_rr>?
        let status = ldns_rr_new_frm_str(&record, ". 60 IN " + line, 0, origin, nil)
        guard status == LDNS_STATUS_OK, let record else { throw Refusal(status: status.rawValue) }
        defer { ldns_rr_free(record) }
        return (0..<ldns_rr_rd_count(record)).flatMap { index -> [UInt8] in
            let field = ldns_rr_rdf(record, index)
            return Array(
                UnsafeBufferPointer(start: ldns_rdf_data(field), count: ldns_rdf_size(field)))
        }
    }

    /// Type and rdata as text.
    static func presentation(_ record: ResourceRecord) throws -> String {
        let type = record.type.rawValue
        let head: [UInt8] = [
            0, UInt8(type >> 8), UInt8(type & 0xFF), 0, 1, 0, 0, 0, 60,
            UInt8(record.rdata.count >> 8), UInt8(record.rdata.count & 0xFF),
        ]
        let wire = head + record.rdata
        var parsed: UnsafeMutablePointer<ldns_rr>?
        var position = 0
        let status = ldns_wire2rr(&parsed, wire, wire.count, &position, LDNS_SECTION_ANSWER)
        guard status == LDNS_STATUS_OK, let parsed else { throw Refusal(status: status.rawValue) }
        defer { ldns_rr_free(parsed) }
        let text = try #require(ldns_rr2str(parsed))
        defer { free(text) }
        // ". 60 IN TYPE RDATA", with tabs and a newline at the end.
        let parts = String(cString: text).split(
            maxSplits: 3, omittingEmptySubsequences: true, whereSeparator: \.isWhitespace)
        return String(try #require(parts.last))
    }
}
