import DNSWire
import Serving

/// Puts prebuilt records into the response.
///
/// A fragment was compressed for a question that is its owner. The same bytes serve a longer question
/// (a wildcard's, a negative answer's) when the pointers that are listed move with it. Behind a CNAME,
/// where names stand elsewhere, the records are read and written again without compression.
extension Response {
    /// Appends a fragment's records by whole RRsets; false and TC when what is needed does not fit.
    ///
    /// - Parameter node: the name that the fragment was built for.
    @discardableResult
    mutating func append(_ fragment: FragmentView, of node: NodeView) -> Bool {
        guard chainLength == 0 else { return appendExpanded(fragment, of: node) }
        guard fragment.requiredBytes <= writer.room else {
            writer.isTruncated = true
            return false
        }
        var bytes = fragment.requiredBytes
        var records = 0
        for index in 0..<fragment.setCount {
            let end = fragment.setEnd(index)
            guard end <= writer.room else {
                // Without glue the referral leads nowhere; the rest is a courtesy (RFC 9471 §3.1).
                if index < fragment.glueSets { writer.isTruncated = true }
                break
            }
            bytes = end
            records &+= fragment.setRecords(index)
        }
        writer.out.copy(fragment.body.slice(0, bytes), at: writer.length)
        let shift = query.nameBytes &- fragment.ownerBytes
        if shift != 0 {
            for index in 0..<fragment.fixupCount {
                let position = fragment.fixup(index)
                // The list is in order; the rest belongs to RRsets that were left out.
                guard position < bytes else { break }
                let pointer = fragment.body.u16(position) &+ UInt16(truncatingIfNeeded: shift)
                writer.out.put(pointer, at: writer.length &+ position)
            }
        }
        writer.length &+= bytes
        count(fragment, additional: records)
        return true
    }

    private mutating func count(_ fragment: FragmentView, additional: Int) {
        writer.answerRecords &+= fragment.answerRecords
        writer.authorityRecords &+= fragment.authorityRecords
        writer.additionalRecords &+= additional
    }

    /// Appends a fragment with its names spelled out.
    private mutating func appendExpanded(_ fragment: FragmentView, of node: NodeView) -> Bool {
        var reader = FragmentReader(fragment: fragment, owner: node.name)
        let start = writer.length
        for index in 0..<fragment.answerRecords &+ fragment.authorityRecords {
            let isAnswer = index < fragment.answerRecords
            guard reader.copyRecord(to: &writer, owner: isAnswer ? owner : nil) else {
                writer.length = start
                writer.isTruncated = true
                return false
            }
        }
        var records = 0
        for index in 0..<fragment.setCount {
            guard appendExpandedSet(fragment.setRecords(index), &reader) else {
                if index < fragment.glueSets { writer.isTruncated = true }
                break
            }
            records &+= fragment.setRecords(index)
        }
        count(fragment, additional: records)
        return true
    }

    /// Appends the next additional RRset whole; false when there is no room for it.
    private mutating func appendExpandedSet(_ records: Int, _ reader: inout FragmentReader) -> Bool
    {
        let start = writer.length
        for _ in 0..<records {
            guard reader.copyRecord(to: &writer, owner: nil) else {
                writer.length = start
                return false
            }
        }
        return true
    }
}
