/// A query as nearly all are: one question of class IN, and at most an OPT record without options.
///
///     byte  0    2       4   6   8   10  12
///           ┌────┬───────┬───┬───┬───┬───┬──────┬──────┬────┬─────────────────────────────────────┐
///           │ id │ flags │ 1 │ 0 │ 0 │ n │ name │ type │ IN │ n = 1: 0, OPT, size, 0, DO, 0 bytes │
///           └────┴───────┴───┴───┴───┴───┴──────┴──────┴────┴─────────────────────────────────────┘
///
/// A few wide loads tell; what they find fault with is for `Query`, which knows what is wrong with it.
public struct PlainQuery {
    /// The header's first eight bytes as they lie in memory.
    @usableFromInline let front: UInt64
    /// Bytes of the question's name, its root label included; it starts at `Header.bytes`.
    public let nameBytes: Int
    /// Labels of the name without the root's.
    public let labelCount: Int
    public let type: RRType
    public let hasEDNS: Bool
    /// What the client says it can take over UDP (RFC 6891 §6.2.3); at least 512.
    public let udpPayloadBytes: Int
    /// The DO bit as it stands in the lowest byte of the OPT's eight first ones.
    @usableFromInline let dnssecOK: UInt64

    /// Where the question ends.
    @inlinable @inline(__always)
    public var questionEnd: Int { Header.bytes &+ nameBytes &+ 4 }

    /// Reads a packet; nil where it is anything else, well-formed or not.
    @inlinable @inline(__always)
    public init?(_ packet: ByteView) {
        // A header, the root as name, type and class.
        guard packet.count >= Header.bytes &+ 5 else { return nil }
        let header = packet.slice(0, Header.bytes)
        front = header.word(0)
        // No response, opcode QUERY, one question, no answer; the id and all other flags are free.
        guard front & PlainQuery.frontMask == UInt64(0x0000_0000_0001_0000).bigEndian
        else { return nil }
        // No authority, and an additional record or none.
        let back = header.u32(Header.authorityCountOffset)
        guard back <= 1, let (end, labels) = packet.nameEnd(from: Header.bytes),
            end <= packet.count &- 4
        else { return nil }
        nameBytes = end &- Header.bytes
        labelCount = labels
        let fixed = packet.u32(end)
        guard UInt16(truncatingIfNeeded: fixed) == RRClass.in else { return nil }
        type = RRType(rawValue: UInt16(truncatingIfNeeded: fixed >> 16))
        guard back == 1 else {
            hasEDNS = false
            udpPayloadBytes = Header.plainUDPBytes
            dnssecOK = 0
            return
        }
        let start = end &+ 4
        guard start <= packet.count &- ResponseWriter.optBytes else { return nil }
        let opt = packet.slice(start, ResponseWriter.optBytes)
        let head = UInt64(bigEndian: opt.word(0))
        // The root, OPT, and version 0; size, rcode and flags are free.
        guard head & 0xFFFF_FF00_0000_FF00 == UInt64(RRType.opt.rawValue) << 40, opt.u16(9) == 0
        else { return nil }
        hasEDNS = true
        udpPayloadBytes = max(Int(head >> 24 & 0xFFFF), Header.plainUDPBytes)
        dnssecOK = head & 0x80
    }

    @inlinable static var frontMask: UInt64 {
        let flags = UInt64(Header.responseBit | Header.opcodeMask)
        return (flags << 32 | 0xFFFF_FFFF).bigEndian
    }
}

/// The parts of a response that are the same for every plain query.
extension PlainQuery {
    /// Writes the header of an authoritative response and, behind its records, the OPT; returns the length.
    ///
    /// - Parameters:
    ///   - length: where the records end; there is room for the OPT behind.
    ///   - udpBytes: the largest message that this server takes over UDP.
    @inlinable @inline(__always)
    public func finish(
        _ out: ByteSink, _ length: Int, rcode: RCode, _ answers: Int, _ authority: Int,
        _ additional: Int, udpBytes: Int
    ) -> Int {
        // The id and RD come back.
        let kept = (0xFFFF_0000_0000_0000 | UInt64(Header.recursionDesiredBit) << 32).bigEndian
        let flags = Header.responseBit | Header.authoritativeBit | rcode.rawValue
        let made = UInt64(flags) << 32 | 1 << 16 | UInt64(UInt16(truncatingIfNeeded: answers))
        let records = additional &+ (hasEDNS ? 1 : 0)
        let header = out.slice(0, Header.bytes)
        header.putWord(front & kept | made.bigEndian, at: 0)
        header.put(
            UInt32(UInt16(truncatingIfNeeded: authority)) &<< 16
                | UInt32(UInt16(truncatingIfNeeded: records)), at: Header.authorityCountOffset)
        guard hasEDNS else { return length }
        // The root, OPT, the size, rcode and version 0, DO as it came, no options; the stores share a byte.
        let opt = out.slice(length, ResponseWriter.optBytes)
        let head =
            UInt64(RRType.opt.rawValue) << 40
            | UInt64(UInt16(truncatingIfNeeded: udpBytes)) << 24 | dnssecOK
        opt.putWord(head.bigEndian, at: 0)
        opt.put(UInt32(truncatingIfNeeded: dnssecOK) << 24, at: 7)
        return length &+ ResponseWriter.optBytes
    }
}
