/// Builds one response in the caller's buffer: question, records by section, OPT, header last.
package struct ResponseWriter {
    package let out: ByteSink
    /// Where records must end so that the OPT still fits.
    package let limit: Int
    package var length: Int
    package var answerRecords = 0
    package var authorityRecords = 0
    package var additionalRecords = 0
    package var rcode = RCode.noError
    package var isAuthoritative = false
    package var isTruncated = false

    /// Bytes of an OPT record without options (RFC 6891 §6.1.2).
    @inlinable package static var optBytes: Int { 11 }

    /// Echoes the question bit for bit, 0x20 and all.
    ///
    /// - Parameters:
    ///   - maximumBytes: the largest response, OPT included; at least a header with the question.
    @inlinable
    package init(_ query: Query, from packet: ByteView, into out: ByteSink, maximumBytes: Int) {
        self.out = out
        let room = min(maximumBytes, out.count)
        limit = query.hasEDNS ? room &- ResponseWriter.optBytes : room
        length = max(query.questionEnd, Header.bytes)
        if query.questionEnd > Header.bytes {
            out.copy(
                packet.slice(Header.bytes, query.questionEnd &- Header.bytes), at: Header.bytes)
        }
    }

    /// Bytes left for records.
    @inlinable
    package var room: Int { limit &- length }

    /// Appends one record whose owner is a compression pointer; the caller has checked the room.
    @inlinable @inline(__always)
    package mutating func appendRecord(
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

    /// Writes the OPT, if the query had one, and the header; returns the response's length.
    @inlinable
    package mutating func finish(_ query: Query, udpBytes: Int) -> Int {
        if query.hasEDNS {
            out.put(UInt8(0), at: length)
            out.put(RRType.opt.rawValue, at: length &+ 1)
            out.put(UInt16(truncatingIfNeeded: udpBytes), at: length &+ 3)
            // Upper bits of the rcode, version 0, DO as it came (RFC 6891 §6.1.3, RFC 3225 §3).
            out.put(UInt8(truncatingIfNeeded: rcode.rawValue >> 4), at: length &+ 5)
            out.put(UInt8(0), at: length &+ 6)
            out.put(query.dnssecOK ? UInt16(0x8000) : 0, at: length &+ 7)
            out.put(UInt16(0), at: length &+ 9)
            length &+= ResponseWriter.optBytes
            additionalRecords &+= 1
        }
        var flags =
            Header.responseBit | query.flags & (Header.opcodeMask | Header.recursionDesiredBit)
        if isAuthoritative { flags |= Header.authoritativeBit }
        if isTruncated { flags |= Header.truncatedBit }
        flags |= rcode.rawValue & 0xF
        out.put(query.id, at: 0)
        out.put(flags, at: 2)
        out.put(UInt16(query.questionEnd > Header.bytes ? 1 : 0), at: 4)
        out.put(UInt16(truncatingIfNeeded: answerRecords), at: Header.answerCountOffset)
        out.put(UInt16(truncatingIfNeeded: authorityRecords), at: Header.authorityCountOffset)
        out.put(UInt16(truncatingIfNeeded: additionalRecords), at: Header.additionalCountOffset)
        return length
    }
}
