/// A lower-cased question name, in memory that a worker owns.
///
/// Lower-casing works on eight bytes at once: length bytes are at most 63 and so never look like
/// letters. Each suffix of the name can be hashed and compared where it lies.
@safe
public struct NameKey: ~Copyable {
    /// The name, then zeroes.
    @usableFromInline let storage: UnsafeMutableRawBufferPointer
    public private(set) var byteCount = 0

    package init() {
        unsafe storage = .allocate(byteCount: 264, alignment: 8)
        unsafe storage.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { unsafe storage.deallocate() }

    /// Takes an uncompressed, well-formed name of at most 255 bytes.
    package mutating func set(_ name: ByteView) {
        precondition(name.count >= 1 && name.count <= Name.maximumBytes, "not a name")
        unsafe ByteSink(storage).copyLowercased(name, at: 0)
        byteCount = name.count
    }

    /// The whole name.
    @inlinable @inline(__always)
    public var name: ByteView { suffix(from: 0) }

    /// Labels of the name without the root's; counts them.
    package var labelCount: Int {
        var labels = 0
        var offset = 0
        // Ends: each label moves on by two bytes at least.
        while offset &+ 1 < byteCount {
            offset = parent(of: offset)
            labels &+= 1
        }
        return labels
    }

    /// Where the label behind the one at `offset` begins.
    @inlinable @inline(__always)
    public func parent(of offset: Int) -> Int {
        offset &+ 1 &+ Int(suffix(from: offset).byte(0))
    }

    /// The name from the label at `offset` on.
    @inlinable @inline(__always)
    public func suffix(from offset: Int) -> ByteView {
        unsafe ByteView(UnsafeRawBufferPointer(storage)).slice(offset, byteCount &- offset)
    }

    /// The name without its `dropping` leftmost labels.
    package func suffix(dropping labels: Int) -> ByteView {
        var offset = 0
        for _ in 0..<labels { offset = parent(of: offset) }
        return suffix(from: offset)
    }

    /// Turns A-Z into a-z in each byte of a word and leaves the rest.
    @inlinable @inline(__always)
    public static func lowercased(_ word: UInt64) -> UInt64 {
        let low = word & 0x7F7F_7F7F_7F7F_7F7F
        let atLeastA = low &+ 0x3F3F_3F3F_3F3F_3F3F
        let aboveZ = low &+ 0x2525_2525_2525_2525
        let upper = atLeastA & ~aboveZ & ~word & 0x8080_8080_8080_8080
        return word | upper >> 2
    }
}
