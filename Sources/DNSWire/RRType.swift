/// A resource record type (RFC 1035 §3.2.2, IANA "Resource Record (RR) TYPEs").
public struct RRType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    // Spelled out: the synthesised one is called through a table from other modules.
    @inlinable @inline(__always)
    public static func == (a: RRType, b: RRType) -> Bool { a.rawValue == b.rawValue }

    @inlinable public static var a: RRType { RRType(rawValue: 1) }
    @inlinable public static var ns: RRType { RRType(rawValue: 2) }
    @inlinable public static var cname: RRType { RRType(rawValue: 5) }
    @inlinable public static var soa: RRType { RRType(rawValue: 6) }
    @inlinable public static var ptr: RRType { RRType(rawValue: 12) }
    @inlinable public static var hinfo: RRType { RRType(rawValue: 13) }
    @inlinable public static var mx: RRType { RRType(rawValue: 15) }
    @inlinable public static var txt: RRType { RRType(rawValue: 16) }
    @inlinable public static var aaaa: RRType { RRType(rawValue: 28) }
    @inlinable public static var srv: RRType { RRType(rawValue: 33) }
    @inlinable public static var naptr: RRType { RRType(rawValue: 35) }
    @inlinable public static var dname: RRType { RRType(rawValue: 39) }
    @inlinable public static var opt: RRType { RRType(rawValue: 41) }
    @inlinable public static var ds: RRType { RRType(rawValue: 43) }
    @inlinable public static var rrsig: RRType { RRType(rawValue: 46) }
    @inlinable public static var nsec: RRType { RRType(rawValue: 47) }
    @inlinable public static var dnskey: RRType { RRType(rawValue: 48) }
    @inlinable public static var svcb: RRType { RRType(rawValue: 64) }
    @inlinable public static var https: RRType { RRType(rawValue: 65) }
    @inlinable public static var tkey: RRType { RRType(rawValue: 249) }
    @inlinable public static var tsig: RRType { RRType(rawValue: 250) }
    @inlinable public static var ixfr: RRType { RRType(rawValue: 251) }
    @inlinable public static var axfr: RRType { RRType(rawValue: 252) }
    @inlinable public static var mailb: RRType { RRType(rawValue: 253) }
    @inlinable public static var maila: RRType { RRType(rawValue: 254) }
    @inlinable public static var any: RRType { RRType(rawValue: 255) }
    @inlinable public static var caa: RRType { RRType(rawValue: 257) }

    /// Question-only and meta types, which no zone can hold (RFC 6895 §3.1).
    public var isMeta: Bool {
        rawValue == 0 || rawValue == 41 || (rawValue >= 128 && rawValue <= 255)
    }

    /// Names and numbers, as IANA lists them.
    public static let mnemonics: [(String, UInt16)] = [
        ("A", 1), ("NS", 2), ("MD", 3), ("MF", 4), ("CNAME", 5), ("SOA", 6), ("MB", 7), ("MG", 8),
        ("MR", 9), ("NULL", 10), ("WKS", 11), ("PTR", 12), ("HINFO", 13), ("MINFO", 14), ("MX", 15),
        ("TXT", 16), ("RP", 17), ("AFSDB", 18), ("X25", 19), ("ISDN", 20), ("RT", 21), ("NSAP", 22),
        ("NSAP-PTR", 23), ("SIG", 24), ("KEY", 25), ("PX", 26), ("GPOS", 27), ("AAAA", 28),
        ("LOC", 29),
        ("NXT", 30), ("EID", 31), ("NIMLOC", 32), ("SRV", 33), ("ATMA", 34), ("NAPTR", 35),
        ("KX", 36),
        ("CERT", 37), ("A6", 38), ("DNAME", 39), ("SINK", 40), ("OPT", 41), ("APL", 42), ("DS", 43),
        ("SSHFP", 44), ("IPSECKEY", 45), ("RRSIG", 46), ("NSEC", 47), ("DNSKEY", 48), ("DHCID", 49),
        ("NSEC3", 50), ("NSEC3PARAM", 51), ("TLSA", 52), ("SMIMEA", 53), ("HIP", 55), ("NINFO", 56),
        ("RKEY", 57), ("TALINK", 58), ("CDS", 59), ("CDNSKEY", 60), ("OPENPGPKEY", 61),
        ("CSYNC", 62),
        ("ZONEMD", 63), ("SVCB", 64), ("HTTPS", 65), ("SPF", 99), ("NID", 104), ("L32", 105),
        ("L64", 106), ("LP", 107), ("EUI48", 108), ("EUI64", 109), ("TKEY", 249), ("TSIG", 250),
        ("IXFR", 251), ("AXFR", 252), ("MAILB", 253), ("MAILA", 254), ("ANY", 255), ("URI", 256),
        ("CAA", 257), ("AVC", 258), ("DOA", 259), ("AMTRELAY", 260), ("RESINFO", 261),
        ("WALLET", 262),
    ]

    /// Reads a mnemonic or `TYPEnnn` (RFC 3597 §5), in any case.
    public init?(_ text: some StringProtocol) {
        let upper = text.uppercased()
        if let known = RRType.mnemonics.first(where: { $0.0 == upper }) {
            self.init(rawValue: known.1)
        } else if upper.hasPrefix("TYPE"), !upper.contains("+"), !upper.contains("-"),
            let number = UInt16(upper.dropFirst(4))
        {
            self.init(rawValue: number)
        } else {
            return nil
        }
    }
}

extension RRType: CustomStringConvertible {
    public var description: String {
        RRType.mnemonics.first { $0.1 == rawValue }?.0 ?? "TYPE\(rawValue)"
    }
}
