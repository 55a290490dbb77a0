import DNSWire
import Serving

/// Answers names below the owner of a DNAME (RFC 6672).
///
/// The labels in front of the owner are kept, as they are spelled, and the owner is replaced by the
/// target. The new name is made where it goes: in the data of a CNAME in the response.
extension Response {
    /// Appends the DNAME and the CNAME made from it; returns the name to go on with.
    ///
    /// The rcode is YXDOMAIN when the new name would be too long (RFC 6672 §2.2). A question for CNAME
    /// or ANY is answered by the CNAME and goes no further.
    mutating func answerRedirect(_ node: NodeView, _ state: inout AnsweringState) -> ByteView? {
        writer.isAuthoritative = true
        guard let fragment = node.entry(of: .dname)?.fragment, let target = fragment.target else {
            return nil
        }
        let keptBytes = state.key.byteCount &- node.name.count
        let newBytes = keptBytes &+ target.count
        let start = writer.length
        let isTooLong = newBytes > Name.maximumBytes
        // A CNAME takes its owner's pointer, type, class, TTL and length: 12 bytes.
        guard appendDNAME(node, fragment, keptBytes, state),
            isTooLong || 12 &+ newBytes <= writer.room
        else {
            writer.length = start
            writer.isTruncated = true
            return nil
        }
        writer.answerRecords &+= hasFollowed(node, state) ? 0 : 1
        guard !isTooLong else {
            writer.rcode = .nameTooLong
            return nil
        }
        let name = appendCNAME(to: target, keptBytes, ttl: fragment.answerTTL)
        return query.type == .cname || query.type == .any ? nil : name
    }

    /// Whether the DNAME of this node is in the answer already.
    mutating func hasFollowed(_ node: NodeView, _ state: borrowing AnsweringState) -> Bool {
        for index in 0..<chainLength where state.aliases[index] == node.offset { return true }
        return false
    }

    /// Appends the DNAME, once in a response; false when it does not fit.
    private mutating func appendDNAME(
        _ node: NodeView, _ fragment: FragmentView, _ keptBytes: Int,
        _ state: borrowing AnsweringState
    ) -> Bool {
        if hasFollowed(node, state) { return true }
        let body = fragment.body.slice(2, fragment.requiredBytes &- 2)
        guard 2 &+ body.count <= writer.room else { return false }
        if node.name.count == 1 {
            writer.out.put(UInt8(0), at: writer.length)
            writer.length &+= 1
        } else {
            let position = position(behind: keptBytes)
            writer.out.put(
                UInt16(truncatingIfNeeded: 0xC000 | position), at: writer.length)
            writer.length &+= 2
        }
        writer.out.copy(body, at: writer.length)
        writer.length &+= body.count
        return true
    }

    /// Appends the CNAME from the name being answered to the new one, which it returns.
    ///
    /// Its TTL is the DNAME's (RFC 6672 §3.1).
    private mutating func appendCNAME(
        to target: ByteView, _ keptBytes: Int, ttl: UInt32
    ) -> ByteView {
        let out = writer.out
        let start = writer.length
        out.put(owner, at: start)
        out.put(RRType.cname.rawValue, at: start &+ 2)
        out.put(RRClass.in, at: start &+ 4)
        out.put(ttl, at: start &+ 6)
        out.put(UInt16(truncatingIfNeeded: keptBytes &+ target.count), at: start &+ 10)
        let data = start &+ 12
        copyLabels(keptBytes, to: data)
        out.copy(target, at: data &+ keptBytes)
        writer.length = data &+ keptBytes &+ target.count
        writer.answerRecords &+= 1
        // A chain of eight with names of 255 bytes ends far below the reach of pointers.
        owner = UInt16(truncatingIfNeeded: 0xC000 | data)
        return out.view.slice(data, keptBytes &+ target.count)
    }

    // MARK: The name being answered, where it stands in the response

    /// The place of its label that follows the first `bytes` bytes.
    private mutating func position(behind bytes: Int) -> Int {
        var position = resolved(Int(owner & 0x3FFF))
        var passed = 0
        while passed < bytes {
            let length = 1 &+ Int(writer.out.view.byte(position))
            passed &+= length
            position = resolved(position &+ length)
        }
        return position
    }

    /// Copies its first labels, `bytes` in all.
    private mutating func copyLabels(_ bytes: Int, to start: Int) {
        var position = resolved(Int(owner & 0x3FFF))
        var passed = 0
        while passed < bytes {
            let length = 1 &+ Int(writer.out.view.byte(position))
            writer.out.copy(writer.out.view.slice(position, length), at: start &+ passed)
            passed &+= length
            position = resolved(position &+ length)
        }
    }

    /// Follows pointers to the label that they stand for.
    private mutating func resolved(_ position: Int) -> Int {
        var position = position
        // Each pointer in a response goes to an earlier label.
        for _ in 0..<Name.maximumBytes {
            let length = writer.out.view.byte(position)
            guard length >= 0xC0 else { break }
            position = Int(writer.out.view.u16(position) & 0x3FFF)
        }
        return position
    }
}

extension RCode {
    /// YXDOMAIN: what a DNAME makes of the name is too long (RFC 6672 §2.2).
    static var nameTooLong: RCode { RCode(rawValue: 6) }
}
