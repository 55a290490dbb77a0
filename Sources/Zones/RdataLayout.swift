package import DNSWire

/// What the rdata of one type is made of: one row per type, shared by reading, checking and printing.
///
/// Types without a row are opaque here: their rdata is carried as it is (RFC 3597).
package struct RdataLayout: Sendable {
    /// One field, with its form in text and on the wire.
    package enum Field: Sendable, Hashable {
        /// A number in one, two or four bytes.
        case u8, u16, u32
        /// A DNSSEC algorithm: a number in one byte, or its mnemonic (RFC 4034 §5.3).
        case algorithm
        /// Seconds in four bytes; in text also with units, `1h30m`.
        case period
        /// An uncompressed name.
        case name
        case ipv4, ipv6
        /// A character string: a length byte and up to 255 bytes (RFC 1035 §3.3).
        case string
        /// One or more character strings to the end.
        case strings
        /// A CAA tag: a character string of letters and digits (RFC 8659 §4.1).
        case tag
        /// Bytes to the end, one word in text.
        case text
        /// At least one byte to the end, in text as hexadecimal or base 64, in any number of words.
        case hex, base64
        /// A set of types to the end (RFC 4034 §4.1.2).
        case typeBitmap
        /// Service parameters to the end (RFC 9460 §2.1).
        case parameters
    }

    package let fields: [Field]
    /// Whether names in it may be compressed in answers (RFC 3597 §4).
    package let isCompressible: Bool
    /// Whether names in it compare without regard to case (RFC 4034 §6.2).
    package let ignoresCase: Bool

    private init(_ fields: [Field], compressible: Bool, ignoresCase: Bool) {
        self.fields = fields
        self.isCompressible = compressible
        self.ignoresCase = ignoresCase
    }

    /// The row of a type; nil for types that are opaque here.
    package init?(of type: RRType) {
        guard let row = RdataLayout.rows[type.rawValue] else { return nil }
        self = row
    }

    /// Types of RFC 1035, whose names may be compressed.
    private static let classic: [(RRType, [Field])] = [
        (.ns, [.name]), (.cname, [.name]), (.ptr, [.name]),
        (RRType(rawValue: 3), [.name]),  // MD
        (RRType(rawValue: 4), [.name]),  // MF
        (RRType(rawValue: 7), [.name]),  // MB
        (RRType(rawValue: 8), [.name]),  // MG
        (RRType(rawValue: 9), [.name]),  // MR
        (RRType(rawValue: 14), [.name, .name]),  // MINFO
        (.soa, [.name, .name, .u32, .period, .period, .period, .period]),
        (.mx, [.u16, .name]),
    ]

    /// Later types with names that RFC 4034 §6.2 still folds, and RFC 3597 §4 no longer compresses.
    private static let folded: [(RRType, [Field])] = [
        (.dname, [.name]), (.srv, [.u16, .u16, .u16, .name]),
        (.naptr, [.u16, .u16, .string, .string, .string, .name]),
        (RRType(rawValue: 17), [.name, .name]),  // RP
        (RRType(rawValue: 18), [.u16, .name]),  // AFSDB
        (RRType(rawValue: 21), [.u16, .name]),  // RT
        (RRType(rawValue: 26), [.u16, .name, .name]),  // PX
        (RRType(rawValue: 36), [.u16, .name]),  // KX
    ]

    private static let others: [(RRType, [Field])] = [
        (.a, [.ipv4]), (.aaaa, [.ipv6]), (.hinfo, [.string, .string]), (.txt, [.strings]),
        (.ds, [.u16, .algorithm, .u8, .hex]), (.nsec, [.name, .typeBitmap]),
        (.dnskey, [.u16, .u8, .algorithm, .base64]), (.svcb, [.u16, .name, .parameters]),
        (.https, [.u16, .name, .parameters]), (.caa, [.u8, .tag, .text]),
        (RRType(rawValue: 19), [.string]),  // X25
        (RRType(rawValue: 23), [.name]),  // NSAP-PTR
        (RRType(rawValue: 25), [.u16, .u8, .algorithm, .base64]),  // KEY
        (RRType(rawValue: 44), [.u8, .u8, .hex]),  // SSHFP
        (RRType(rawValue: 49), [.base64]),  // DHCID
        (RRType(rawValue: 52), [.u8, .u8, .u8, .hex]),  // TLSA
        (RRType(rawValue: 53), [.u8, .u8, .u8, .hex]),  // SMIMEA
        (RRType(rawValue: 56), [.strings]),  // NINFO
        (RRType(rawValue: 58), [.name, .name]),  // TALINK
        (RRType(rawValue: 59), [.u16, .algorithm, .u8, .hex]),  // CDS
        (RRType(rawValue: 60), [.u16, .u8, .algorithm, .base64]),  // CDNSKEY
        (RRType(rawValue: 61), [.base64]),  // OPENPGPKEY
        (RRType(rawValue: 62), [.u32, .u16, .typeBitmap]),  // CSYNC
        (RRType(rawValue: 63), [.u32, .u8, .u8, .hex]),  // ZONEMD
        (RRType(rawValue: 99), [.strings]),  // SPF
        (RRType(rawValue: 107), [.u16, .name]),  // LP
        (RRType(rawValue: 256), [.u16, .u16, .text]),  // URI
        (RRType(rawValue: 258), [.strings]),  // AVC
        (RRType(rawValue: 261), [.strings]),  // RESINFO
        (RRType(rawValue: 262), [.strings]),  // WALLET
    ]

    private static let rows: [UInt16: RdataLayout] = {
        var rows: [UInt16: RdataLayout] = [:]
        for (type, fields) in classic {
            rows[type.rawValue] = RdataLayout(fields, compressible: true, ignoresCase: true)
        }
        for (type, fields) in folded {
            rows[type.rawValue] = RdataLayout(fields, compressible: false, ignoresCase: true)
        }
        for (type, fields) in others {
            rows[type.rawValue] = RdataLayout(fields, compressible: false, ignoresCase: false)
        }
        return rows
    }()
}
