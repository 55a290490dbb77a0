/// Where domain names that may be compressed stand in the data of a record (RFC 3597 §4).
///
/// Only the types of RFC 1035 may have theirs compressed; the data of every other type is opaque
/// here. The response writer and the image compiler share this table.
package struct CompressibleNames: Sendable {
    /// Bytes before the first name.
    package let prefixBytes: Int
    /// Names that follow one another.
    package let nameCount: Int

    @usableFromInline
    init(prefixBytes: Int, nameCount: Int) {
        self.prefixBytes = prefixBytes
        self.nameCount = nameCount
    }

    @inlinable
    package init(_ type: RRType) {
        switch type.rawValue {
        case 2, 3, 4, 5, 7, 8, 9, 12: self.init(prefixBytes: 0, nameCount: 1)
        case 6, 14: self.init(prefixBytes: 0, nameCount: 2)
        case 15: self.init(prefixBytes: 2, nameCount: 1)
        default: self.init(prefixBytes: 0, nameCount: 0)
        }
    }
}
