import DNSWire
import Serving

/// Reads a fragment's records one by one and resolves the pointers in them.
///
/// Offsets below are those of the message that the fragment was built for: header, the owner as
/// question, then the body.
struct FragmentReader {
    let body: ByteView
    let owner: ByteView
    /// Where the body began in that message.
    let bodyStart: Int
    var offset = 0

    init(fragment: FragmentView, owner: ByteView) {
        body = fragment.body
        self.owner = owner
        bodyStart = Header.bytes &+ fragment.ownerBytes &+ 4
    }

    /// Copies the next record; false when it does not fit.
    ///
    /// - Parameter questionOwner: what to write as the owner of a record that answers the name asked
    ///   for; nil for records of other names, which may have the fragment's own name as theirs.
    mutating func copyRecord(to writer: inout ResponseWriter, owner questionOwner: UInt16?) -> Bool
    {
        if let questionOwner {
            guard writer.room >= 2 else { return false }
            writer.out.put(questionOwner, at: writer.length)
            writer.length &+= 2
            offset &+= 2
        } else {
            guard copyName(to: &writer) else { return false }
        }
        guard writer.room >= 10 else { return false }
        let type = RRType(rawValue: body.u16(offset))
        let dataBytes = Int(body.u16(offset &+ 8))
        writer.out.copy(body.slice(offset, 10), at: writer.length)
        let lengthAt = writer.length &+ 8
        writer.length &+= 10
        offset &+= 10
        let end = offset &+ dataBytes
        let layout = CompressibleNames(type)
        guard copyBytes(layout.prefixBytes, to: &writer) else { return false }
        for _ in 0..<layout.nameCount {
            guard copyName(to: &writer) else { return false }
        }
        guard copyBytes(end &- offset, to: &writer) else { return false }
        writer.out.put(
            UInt16(truncatingIfNeeded: writer.length &- lengthAt &- 2), at: lengthAt)
        return true
    }

    private mutating func copyBytes(_ count: Int, to writer: inout ResponseWriter) -> Bool {
        guard count <= writer.room else { return false }
        writer.out.copy(body.slice(offset, count), at: writer.length)
        writer.length &+= count
        offset &+= count
        return true
    }

    /// Copies the name at `offset` uncompressed and moves behind it.
    private mutating func copyName(to writer: inout ResponseWriter) -> Bool {
        var position = bodyStart &+ offset
        var hasJumped = false
        // A name has at most 127 labels, and each pointer goes to an earlier label.
        for _ in 0..<Name.maximumBytes {
            let length = Int(byte(position))
            if length >= 0xC0 {
                if !hasJumped { offset = position &- bodyStart &+ 2 }
                hasJumped = true
                position = (length & 0x3F) << 8 | Int(byte(position &+ 1))
                continue
            }
            guard writer.room >= 1 &+ length else { return false }
            for index in 0...length {
                writer.out.put(byte(position &+ index), at: writer.length &+ index)
            }
            writer.length &+= 1 &+ length
            position &+= 1 &+ length
            if length == 0 {
                if !hasJumped { offset = position &- bodyStart }
                return true
            }
        }
        return false
    }

    private func byte(_ position: Int) -> UInt8 {
        position < bodyStart
            ? owner.byte(position &- Header.bytes) : body.byte(position &- bodyStart)
    }
}
