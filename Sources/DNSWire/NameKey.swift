/// A lower-cased question name with its label boundaries, in memory that a worker owns.
///
/// Lower-casing works on eight bytes at once: length bytes are at most 63 and so never look like
/// letters. Each suffix of the name can be hashed and compared where it lies.
@safe
package struct NameKey: ~Copyable {
    /// The name, then zeroes up to the next multiple of 8.
    private let storage: UnsafeMutableRawBufferPointer
    /// Offsets of the labels, leftmost first; the root label's last.
    private let offsets: UnsafeMutableBufferPointer<UInt8>
    package private(set) var byteCount = 0
    package private(set) var labelCount = 0

    /// Labels that fit in 255 bytes.
    private static let maximumLabels = 127

    package init() {
        unsafe storage = .allocate(byteCount: 264, alignment: 8)
        unsafe offsets = .allocate(capacity: NameKey.maximumLabels + 1)
        unsafe storage.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe offsets.initialize(repeating: 0)
    }

    deinit {
        unsafe storage.deallocate()
        unsafe offsets.deallocate()
    }

    /// Takes an uncompressed, well-formed name of at most 255 bytes.
    package mutating func set(_ name: ByteView) {
        precondition(name.count >= 1 && name.count <= Name.maximumBytes, "not a name")
        let sink = unsafe ByteSink(storage)
        var offset = 0
        while offset &+ 8 <= name.count {
            sink.putWord(NameKey.lowercased(name.word(offset)), at: offset)
            offset &+= 8
        }
        while offset < name.count {
            sink.put(Name.lowercased(name.byte(offset)), at: offset)
            offset &+= 1
        }
        byteCount = name.count
        labelCount = 0
        offset = 0
        while offset < byteCount, labelCount < NameKey.maximumLabels {
            let length = name.byte(offset)
            if length == 0 { break }
            unsafe offsets[labelCount] = UInt8(truncatingIfNeeded: offset)
            labelCount &+= 1
            offset &+= 1 &+ Int(length)
        }
        unsafe offsets[labelCount] = UInt8(truncatingIfNeeded: byteCount &- 1)
    }

    /// The name without its `dropping` leftmost labels.
    @inline(__always)
    package func suffix(dropping labels: Int) -> ByteView {
        precondition(labels >= 0 && labels <= labelCount, "outside the name")
        let start = unsafe Int(offsets[labels])
        return unsafe ByteView(UnsafeRawBufferPointer(storage)).slice(start, byteCount &- start)
    }

    /// Turns A-Z into a-z in each byte of a word and leaves the rest.
    @inlinable @inline(__always)
    package static func lowercased(_ word: UInt64) -> UInt64 {
        let low = word & 0x7F7F_7F7F_7F7F_7F7F
        let atLeastA = low &+ 0x3F3F_3F3F_3F3F_3F3F
        let aboveZ = low &+ 0x2525_2525_2525_2525
        let upper = atLeastA & ~aboveZ & ~word & 0x8080_8080_8080_8080
        return word | upper >> 2
    }
}
