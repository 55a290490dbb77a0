/// The ranges of IPv6 whose addresses stand for an IPv4 host.
///
/// Where such a client is, its IPv4 address says; a table of networks leaves these ranges out.
package enum EmbeddedIPv4: UInt8, CaseIterable, Sendable {
    /// ::ffff:0:0/96 (RFC 4291 §2.5.5.2): an IPv4 client at a socket for both families.
    case mapped
    /// 64:ff9b::/96 (RFC 6052 §2.1): an IPv4 client behind a translator.
    case translated
    /// 2002::/16 (RFC 3056 §2).
    case sixToFour
    /// 2001::/32 (RFC 4380 §4): the client's address is the last 32 bits, inverted; the bits between are
    /// those of its server and its port.
    case teredo

    /// The first half of the range's first address.
    @inlinable package var high: UInt64 {
        switch self {
        case .mapped: 0
        case .translated: 0x0064_FF9B_0000_0000
        case .sixToFour: 0x2002_0000_0000_0000
        case .teredo: 0x2001_0000_0000_0000
        }
    }

    /// The other half.
    @inlinable package var low: UInt64 { self == .mapped ? 0xFFFF_0000_0000 : 0 }

    /// Length of the range's prefix.
    @inlinable package var bits: UInt8 {
        switch self {
        case .mapped, .translated: 96
        case .sixToFour: 16
        case .teredo: 32
        }
    }

    /// Bits of the IPv6 address ahead of the IPv4 address.
    @inlinable package var shift: UInt8 { self == .sixToFour ? 16 : 96 }

    /// The range that holds an address of which `bits` are known; nil where none is known to.
    @inlinable @inline(__always)
    package init?(high: UInt64, low: UInt64, bits: UInt8) {
        if high == 0 {
            guard bits >= 96, low &>> 32 == 0xFFFF else { return nil }
            self = .mapped
        } else if high &>> 48 == 0x2002 {
            guard bits >= 16 else { return nil }
            self = .sixToFour
        } else if high &>> 32 == 0x2001_0000 {
            guard bits >= 32 else { return nil }
            self = .teredo
        } else {
            guard high == 0x0064_FF9B_0000_0000, low &>> 32 == 0, bits >= 96 else { return nil }
            self = .translated
        }
    }

    /// The IPv4 address inside an address of this range.
    @inlinable @inline(__always)
    package func address(high: UInt64, low: UInt64) -> UInt32 {
        switch self {
        case .mapped, .translated: UInt32(truncatingIfNeeded: low)
        case .sixToFour: UInt32(truncatingIfNeeded: high &>> 16)
        case .teredo: ~UInt32(truncatingIfNeeded: low)
        }
    }
}
