import DNSWire
import Testing

@Suite struct RRTypeTests {
    @Test func mnemonicsAndNumbersAreUnique() {
        #expect(Set(RRType.mnemonics.map(\.0)).count == RRType.mnemonics.count)
        #expect(Set(RRType.mnemonics.map(\.1)).count == RRType.mnemonics.count)
    }

    @Test func everyMnemonicIsReadAndPrinted() {
        for (mnemonic, number) in RRType.mnemonics {
            let type = RRType(rawValue: number)
            #expect(type.description == mnemonic)
            #expect(RRType(mnemonic) == type)
            #expect(RRType(mnemonic.lowercased()) == type)
            #expect(RRType("TYPE\(number)") == type)
        }
    }

    /// Numbers as IANA has them, written down a second time.
    @Test(
        arguments: [
            ("A", RRType.a, 1), ("NS", .ns, 2), ("CNAME", .cname, 5), ("SOA", .soa, 6),
            ("PTR", .ptr, 12), ("HINFO", .hinfo, 13), ("MX", .mx, 15), ("TXT", .txt, 16),
            ("AAAA", .aaaa, 28), ("SRV", .srv, 33), ("NAPTR", .naptr, 35), ("DNAME", .dname, 39),
            ("OPT", .opt, 41), ("DS", .ds, 43), ("RRSIG", .rrsig, 46), ("NSEC", .nsec, 47),
            ("DNSKEY", .dnskey, 48), ("SVCB", .svcb, 64), ("HTTPS", .https, 65),
            ("TKEY", .tkey, 249),
            ("TSIG", .tsig, 250), ("IXFR", .ixfr, 251), ("AXFR", .axfr, 252),
            ("MAILB", .mailb, 253),
            ("MAILA", .maila, 254), ("ANY", .any, 255), ("CAA", .caa, 257),
        ] as [(String, RRType, UInt16)])
    func constantsHaveTheirNumbers(_ mnemonic: String, _ type: RRType, _ number: UInt16) {
        #expect(type.rawValue == number)
        #expect(type.description == mnemonic)
    }

    @Test(
        arguments: [
            ("TYPE0", 0), ("TYPE1", 1), ("type65535", 65_535), ("Type731", 731), ("TYPE00028", 28),
        ] as [(String, UInt16)])
    func numbersAreRead(_ text: String, _ number: UInt16) {
        #expect(RRType(text)?.rawValue == number)
    }

    @Test func unknownTypesArePrintedAsNumbers() {
        #expect(RRType(rawValue: 731).description == "TYPE731")
        #expect(RRType(rawValue: 65_280).description == "TYPE65280")
    }

    @Test(arguments: [
        "", "TYPE", "TYPE65536", "TYPE-1", "TYPE-0", "TYPE+1", "TYPE 1", "TYPE1x", "XYZ", "A ",
        " A",
        "ALIAS", "IN",
    ])
    func otherWordsAreRefused(_ text: String) { #expect(RRType(text) == nil) }

    /// What no zone can hold (RFC 6895 §3.1).
    @Test func metaTypesAreKnown() {
        let meta = (0...65_535).map { RRType(rawValue: $0) }.filter(\.isMeta).map(\.rawValue)
        #expect(meta == [0, 41] + Array(128...255))
    }
}
