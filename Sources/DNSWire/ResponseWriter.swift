/// Builds one response in the caller's buffer: question, records by section, OPT, header last.
public struct ResponseWriter {
    public let out: ByteSink
    /// Where records must end so that the OPT still fits.
    public var limit = 0
    /// Where the message must end.
    @usableFromInline var end = 0
    public var length = 0
    public var answerRecords = 0
    public var authorityRecords = 0
    public var additionalRecords = 0
    public var rcode = RCode.noError
    public var isAuthoritative = false
    public var isTruncated = false
    /// Where the OPT's options begin; 0: there is no OPT yet.
    @usableFromInline var optEnd = 0
    /// Where they end; 0: wherever the message does.
    @usableFromInline var optionsEnd = 0

    /// Bytes of an OPT record without options (RFC 6891 §6.1.2).
    @inlinable public static var optBytes: Int { 11 }

    /// A response without anything, to be begun.
    @inlinable @inline(__always)
    public init(into out: ByteSink) { self.out = out }

    /// Echoes the question bit for bit, 0x20 and all.
    ///
    /// - Parameters:
    ///   - maximumBytes: the largest response, OPT included; at least a header with the question.
    ///   - optionBytes: what to keep free for the options of the OPT.
    @inlinable @inline(__always)
    public mutating func begin(
        _ query: borrowing Query, from packet: ByteView, maximumBytes: Int, optionBytes: Int = 0
    ) {
        end = min(maximumBytes, out.count)
        limit = query.hasEDNS ? end &- ResponseWriter.optBytes &- optionBytes : end
        length = max(query.questionEnd, Header.bytes)
        if query.questionEnd > Header.bytes {
            out.copy(
                packet.slice(Header.bytes, query.questionEnd &- Header.bytes), at: Header.bytes)
        }
    }

    /// Bytes left for records.
    @inlinable
    public var room: Int { limit &- length }

    /// Appends one record whose owner is a compression pointer; the caller has checked the room.
    @inlinable @inline(__always)
    public mutating func appendRecord(
        owner: UInt16, type: RRType, ttl: UInt32, data: ByteView
    ) {
        out.put(owner, at: length)
        out.put(type.rawValue, at: length &+ 2)
        out.put(RRClass.in, at: length &+ 4)
        out.put(ttl, at: length &+ 6)
        out.put(UInt16(truncatingIfNeeded: data.count), at: length &+ 10)
        out.copy(data, at: length &+ 12)
        length &+= 12 &+ data.count
    }

    /// Takes all records back and sets TC: the client is to ask again over TCP.
    package mutating func dropRecords(_ query: borrowing Query) {
        length = max(query.questionEnd, Header.bytes)
        answerRecords = 0
        authorityRecords = 0
        additionalRecords = 0
        isTruncated = true
    }

    /// Writes the OPT, if the query had one and none was begun, and the header; returns the length.
    @inlinable @inline(__always)
    public mutating func finish(_ query: borrowing Query, udpBytes: Int) -> Int {
        if query.hasEDNS {
            if optEnd == 0 { beginOPT(query, udpBytes: udpBytes) }
            endOPT()
        }
        // RD comes back, RA and Z are clear, and so are AD and CD, which mean nothing in an answer from
        // authority (RFC 4035 §3.1.6).
        var flags =
            Header.responseBit | query.flags & (Header.opcodeMask | Header.recursionDesiredBit)
        if isAuthoritative { flags |= Header.authoritativeBit }
        if isTruncated { flags |= Header.truncatedBit }
        flags |= rcode.rawValue & 0xF
        let questions: UInt64 = query.questionEnd > Header.bytes ? 1 : 0
        let front =
            UInt64(query.id) &<< 48 | UInt64(flags) &<< 32 | questions &<< 16
            | UInt64(UInt16(truncatingIfNeeded: answerRecords))
        out.putWord(front.bigEndian, at: 0)
        out.put(
            UInt32(UInt16(truncatingIfNeeded: authorityRecords)) &<< 16
                | UInt32(UInt16(truncatingIfNeeded: additionalRecords)),
            at: Header.authorityCountOffset)
        return length
    }
}
