/// Bytes to read, every access checked: the one door between per-query code and foreign memory.
///
/// The view does not own what it shows; whoever makes one keeps the memory alive for as long as it is
/// used. Reading outside it is a programming error and traps.
@safe
public struct ByteView {
    @usableFromInline let base: UnsafeRawPointer
    public let count: Int

    @inlinable
    public init(_ bytes: UnsafeRawBufferPointer) {
        // An empty buffer may have no address; any will do, as nothing is ever read from it.
        unsafe base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 8).unsafelyUnwrapped
        count = bytes.count
    }

    @inlinable @inline(__always)
    func check(_ offset: Int, _ length: Int) {
        precondition(
            offset >= 0 && length >= 0 && offset <= count && length <= count &- offset,
            "outside the view")
    }

    /// The same for a length that is written in the code: fewer comparisons.
    @inlinable @inline(__always)
    func checkFixed(_ offset: Int, _ length: Int) {
        precondition(offset >= 0 && offset <= count &- length, "outside the view")
    }

    /// The byte at `offset`.
    @inlinable @inline(__always)
    public func byte(_ offset: Int) -> UInt8 {
        checkFixed(offset, 1)
        return unsafe base.load(fromByteOffset: offset, as: UInt8.self)
    }

    /// Two bytes in network order.
    @inlinable @inline(__always)
    public func u16(_ offset: Int) -> UInt16 {
        checkFixed(offset, 2)
        return unsafe UInt16(bigEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// Four bytes in network order.
    @inlinable @inline(__always)
    public func u32(_ offset: Int) -> UInt32 {
        checkFixed(offset, 4)
        return unsafe UInt32(bigEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// Eight bytes as they lie in memory, for code that works on many bytes at once.
    @inlinable @inline(__always)
    public func word(_ offset: Int) -> UInt64 {
        checkFixed(offset, 8)
        return unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Two bytes in the machine's own order, as images and shared memory hold them.
    @inlinable @inline(__always)
    public func native16(_ offset: Int) -> UInt16 {
        checkFixed(offset, 2)
        return unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    }

    /// Four bytes in the machine's own order.
    @inlinable @inline(__always)
    public func native32(_ offset: Int) -> UInt32 {
        checkFixed(offset, 4)
        return unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }

    /// Part of the view.
    @inlinable @inline(__always)
    public func slice(_ offset: Int, _ length: Int) -> ByteView {
        check(offset, length)
        return unsafe ByteView(UnsafeRawBufferPointer(start: base + offset, count: length))
    }

    /// Whether both views hold the same bytes.
    @inlinable @inline(__always)
    public func equals(_ other: ByteView) -> Bool {
        guard count == other.count else { return false }
        // Equal counts are the check of every access below; the last word overlaps the one before.
        guard count >= 8 else { return shortTail(from: 0) == other.shortTail(from: 0) }
        var offset = 0
        while offset < count &- 8 {
            if unsafe word(unchecked: offset) != other.word(unchecked: offset) { return false }
            offset &+= 8
        }
        return unsafe word(unchecked: count &- 8) == other.word(unchecked: count &- 8)
    }

    @inlinable @inline(__always)
    @unsafe
    func word(unchecked offset: Int) -> UInt64 {
        unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Whether this name, in any case, is `other`, which is in lower case.
    ///
    /// Most names are asked for in lower case, and then no letter has to be looked at.
    @inlinable @inline(__always)
    public func spells(_ other: ByteView) -> Bool {
        guard count == other.count else { return false }
        return equals(other) || equalsLowercased(other)
    }

    @inline(never) @usableFromInline
    func equalsLowercased(_ other: ByteView) -> Bool {
        var offset = 0
        // Equal counts are the check of every access.
        while offset &+ 8 <= count {
            let word = unsafe NameKey.lowercased(word(unchecked: offset))
            if unsafe word != other.word(unchecked: offset) { return false }
            offset &+= 8
        }
        return NameKey.lowercased(tail(from: offset)) == other.tail(from: offset)
    }

    /// The bytes behind `offset`, seven at most, as the lowest ones of a little-endian number.
    ///
    /// Two loads that overlap, instead of one for each byte.
    @inlinable @inline(__always)
    public func tail(from offset: Int) -> UInt64 {
        guard count >= 8 else { return shortTail(from: offset) }
        let rest = count &- offset
        precondition(rest >= 0 && rest < 8, "no tail")
        let last = unsafe UInt64(littleEndian: word(unchecked: count &- 8))
        return rest == 0 ? 0 : last &>> UInt64(64 &- 8 &* rest)
    }

    /// The same for a view of less than eight bytes.
    @inline(never) @usableFromInline
    func shortTail(from offset: Int) -> UInt64 {
        let rest = count &- offset
        precondition(offset >= 0 && rest >= 0 && rest < 8, "no tail")
        var tail: UInt64 = 0
        for index in 0..<rest {
            let byte = unsafe base.load(fromByteOffset: offset &+ index, as: UInt8.self)
            tail |= UInt64(byte) &<< UInt64(8 &* index)
        }
        return tail
    }

    /// Where a byte lies, for hints to the processor.
    @inlinable @inline(__always)
    @unsafe
    public func address(of offset: Int) -> UnsafeRawPointer {
        checkFixed(offset, 1)
        return unsafe base + offset
    }

    /// The name of a message's question; nil where there is none that can be read.
    package var questionName: ByteView? {
        guard count > Header.bytes, let (end, _) = nameEnd(from: Header.bytes) else { return nil }
        return slice(Header.bytes, end &- Header.bytes)
    }

    /// Walks over an uncompressed name that begins at `start`: where it ends, and its labels.
    ///
    /// Nil where it does not end within the view and 255 bytes, or has a label above 63 bytes.
    @inlinable @inline(__always)
    func nameEnd(from start: Int) -> (end: Int, labels: Int)? {
        precondition(start >= 0 && start <= count, "outside the view")
        let limit = min(count, start &+ NameLimit.bytes)
        var offset = start
        var labels = 0
        // Ends: each round moves on by at least a byte. The condition is the check of the access.
        while offset < limit {
            let length = unsafe Int(base.load(fromByteOffset: offset, as: UInt8.self))
            if length == 0 { return (offset &+ 1, labels) }
            guard length <= NameLimit.labelBytes else { return nil }
            offset &+= 1 &+ length
            labels &+= 1
        }
        return nil
    }
}
