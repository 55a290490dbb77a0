/// The network that a resolver asks for (RFC 7871 §6).
public struct ClientSubnet: Hashable, Sendable {
    /// 1: IPv4; 2: IPv6; 0: nothing, with a length of 0, as some send who want no answer for a network.
    public let family: UInt16
    /// Bits of the address that the resolver tells.
    public let sourceBits: UInt8
    /// The address from its first bit on, zeros behind it; an IPv4 address is the upper half.
    public let high: UInt64
    public let low: UInt64

    /// Bytes of its address in the option.
    public var addressBytes: Int { (Int(sourceBits) &+ 7) / 8 }

    /// Reads the data of an option; nil when a server must answer FORMERR (RFC 7871 §7.2.1).
    ///
    /// Refused are unknown families, prefixes longer than an address, addresses of another length than
    /// the prefix needs, bits behind the prefix, and a scope, which is for responses.
    public init?(_ data: ByteView) {
        guard data.count >= 4, data.byte(3) == 0 else { return nil }
        family = data.u16(0)
        sourceBits = data.byte(2)
        let longest: UInt8
        switch family {
        case 0: longest = 0
        case 1: longest = 32
        case 2: longest = 128
        default: return nil
        }
        guard sourceBits <= longest else { return nil }
        let count = (Int(sourceBits) &+ 7) / 8
        guard data.count == 4 &+ count else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for index in 0..<count {
            let byte = UInt64(data.byte(4 &+ index))
            if index < 8 {
                words.0 |= byte &<< UInt64(56 &- 8 &* index)
            } else {
                words.1 |= byte &<< UInt64(120 &- 8 &* index)
            }
        }
        high = words.0
        low = words.1
        let unused = sourceBits % 8 == 0 ? 0 : UInt8(0xFF) &>> (sourceBits % 8)
        guard count == 0 || data.byte(3 &+ count) & unused == 0 else { return nil }
    }

    /// Byte `index` of the address.
    @inline(__always)
    func byte(_ index: Int) -> UInt8 {
        index < 8
            ? UInt8(truncatingIfNeeded: high &>> UInt64(56 &- 8 &* index))
            : UInt8(truncatingIfNeeded: low &>> UInt64(120 &- 8 &* index))
    }
}
