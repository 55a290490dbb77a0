/// A growing image: bytes in the machine's order, and places to patch once the rest is known.
///
/// All offsets are those of the file, of which it may be a later part.
struct ImageBuilder {
    private(set) var bytes: [UInt8] = []
    /// Where in the file it begins.
    let start: Int

    /// - Parameter start: a multiple of 64.
    init(at start: Int = 0) { self.start = start }

    var offset: UInt32 { UInt32(truncatingIfNeeded: end) }

    /// Where in the file it ends.
    var end: Int { start + bytes.count }

    mutating func align(_ alignment: Int) {
        while bytes.count % alignment != 0 { bytes.append(0) }
    }

    mutating func reserve(_ count: Int) -> UInt32 {
        let start = offset
        bytes.append(contentsOf: repeatElement(0, count: count))
        return start
    }

    mutating func append(_ value: UInt8) { bytes.append(value) }

    mutating func append(_ value: UInt16) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ value: UInt32) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ values: some Sequence<UInt8>) { bytes.append(contentsOf: values) }

    mutating func patch(_ value: UInt32, at offset: Int) {
        withUnsafeBytes(of: value) { raw in
            for (index, byte) in raw.enumerated() { bytes[offset - start + index] = byte }
        }
    }

    mutating func patch(_ values: [UInt8], at offset: Int) {
        let first = offset - start
        bytes.replaceSubrange(first..<first + values.count, with: values)
    }

    mutating func patch(_ value: UInt64, at offset: Int) {
        patch(UInt32(truncatingIfNeeded: value), at: offset)
        patch(UInt32(truncatingIfNeeded: value >> 32), at: offset + 4)
    }
}
