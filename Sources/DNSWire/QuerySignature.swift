/// Where the TSIG record of a query lies; offsets point into the packet (RFC 8945 §4.2).
///
/// This server has no keys, so a signature is read only to be refused in the form that clients expect.
public struct QuerySignature {
    /// The key's name, which may end in a compression pointer.
    package let owner: Int
    /// The algorithm's name, which may not, and its bytes.
    package let algorithm: Int
    package let algorithmBytes: Int

    /// TIME SIGNED and FUDGE, which follow the algorithm.
    @inlinable package static var timeBytes: Int { 8 }
    /// Behind those and the MAC: ORIGINAL ID, ERROR and OTHER LEN.
    @usableFromInline static var tailBytes: Int { 6 }

    /// Reads a record whose data must add up exactly; nil: it is malformed.
    ///
    /// - Parameters:
    ///   - owner: where the record begins.
    ///   - head: where its type stands.
    init?(_ packet: ByteView, owner: Int, head: Int, data: Range<Int>) {
        guard packet.u16(head &+ 2) == RRClass.any, packet.u32(head &+ 4) == 0,
            let end = QuerySignature.endOfName(packet, data)
        else { return nil }
        let macSize = end &+ QuerySignature.timeBytes
        guard macSize &+ 2 <= data.upperBound else { return nil }
        let tail = macSize &+ 2 &+ Int(packet.u16(macSize))
        guard tail &+ QuerySignature.tailBytes <= data.upperBound else { return nil }
        let other = Int(packet.u16(tail &+ 4))
        guard tail &+ QuerySignature.tailBytes &+ other == data.upperBound else { return nil }
        self.owner = owner
        algorithm = data.lowerBound
        algorithmBytes = end &- data.lowerBound
    }

    /// Where an uncompressed name ends; nil when it does not end within its bounds.
    private static func endOfName(_ packet: ByteView, _ data: Range<Int>) -> Int? {
        let limit = min(data.upperBound, data.lowerBound &+ Name.maximumBytes)
        var offset = data.lowerBound
        while offset < limit {
            let length = Int(packet.byte(offset))
            if length == 0 { return offset &+ 1 }
            guard length <= Name.maximumLabelBytes else { return nil }
            offset &+= 1 &+ length
        }
        return nil
    }
}

/// The refusal of a signature, the last record of a response.
extension ResponseWriter {
    /// Appends an unsigned TSIG with the error BADKEY (RFC 8945 §5.2.1, §5.3.2) if there is room for it.
    ///
    /// Key, algorithm and time come from the query: the server that does not know a key has no better ones.
    package mutating func appendUnknownKey(
        _ signature: QuerySignature, _ query: Query, from packet: ByteView
    ) {
        endOPT()
        let start = length
        let dataBytes =
            signature.algorithmBytes &+ QuerySignature.timeBytes &+ 2 &+ QuerySignature.tailBytes
        guard copyName(signature.owner, from: packet), length &+ 10 &+ dataBytes <= end else {
            length = start
            return
        }
        out.put(RRType.tsig.rawValue, at: length)
        out.put(RRClass.any, at: length &+ 2)
        out.put(UInt32(0), at: length &+ 4)
        out.put(UInt16(truncatingIfNeeded: dataBytes), at: length &+ 8)
        let copied = signature.algorithmBytes &+ QuerySignature.timeBytes
        out.copy(packet.slice(signature.algorithm, copied), at: length &+ 10)
        length &+= 10 &+ copied
        out.put(UInt16(0), at: length)
        out.put(query.id, at: length &+ 2)
        out.put(ResponseWriter.badKey, at: length &+ 4)
        out.put(UInt16(0), at: length &+ 6)
        length &+= 2 &+ QuerySignature.tailBytes
        additionalRecords &+= 1
    }

    /// The TSIG error for a key that is not known (RFC 8945 §3).
    private static var badKey: UInt16 { 17 }

    /// Copies a name of the query with its pointers followed; false when it does not end or fit.
    private mutating func copyName(_ start: Int, from packet: ByteView) -> Bool {
        let first = length
        var offset = start
        // Each step copies a label or follows a pointer, which must lead to an earlier place.
        for _ in 0..<Name.maximumBytes {
            guard offset < packet.count else { return false }
            let count = Int(packet.byte(offset))
            if count >= 0xC0 {
                guard offset &+ 2 <= packet.count else { return false }
                let target = Int(packet.u16(offset) & 0x3FFF)
                guard target < offset else { return false }
                offset = target
                continue
            }
            guard count <= Name.maximumLabelBytes, 1 &+ count <= packet.count &- offset,
                length &+ 1 &+ count <= end, length &+ 1 &+ count &- first <= Name.maximumBytes
            else { return false }
            out.copy(packet.slice(offset, 1 &+ count), at: length)
            length &+= 1 &+ count
            offset &+= 1 &+ count
            if count == 0 { return true }
        }
        return false
    }
}
