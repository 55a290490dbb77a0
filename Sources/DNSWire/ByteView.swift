/// Bytes to read, every access checked: the one door between per-query code and foreign memory.
///
/// The view does not own what it shows; whoever makes one keeps the memory alive for as long as it is
/// used. Reading outside it is a programming error and traps.
@safe
package struct ByteView {
    @usableFromInline let base: UnsafeRawPointer
    package let count: Int

    @inlinable
    package init(_ bytes: UnsafeRawBufferPointer) {
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

    /// The byte at `offset`.
    @inlinable @inline(__always)
    package func byte(_ offset: Int) -> UInt8 {
        check(offset, 1)
        return unsafe base.load(fromByteOffset: offset, as: UInt8.self)
    }

    /// Two bytes in network order.
    @inlinable @inline(__always)
    package func u16(_ offset: Int) -> UInt16 {
        check(offset, 2)
        return unsafe UInt16(bigEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// Four bytes in network order.
    @inlinable @inline(__always)
    package func u32(_ offset: Int) -> UInt32 {
        check(offset, 4)
        return unsafe UInt32(bigEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// Eight bytes as they lie in memory, for code that works on many bytes at once.
    @inlinable @inline(__always)
    package func word(_ offset: Int) -> UInt64 {
        check(offset, 8)
        return unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Two bytes in the machine's own order, as images and shared memory hold them.
    @inlinable @inline(__always)
    package func native16(_ offset: Int) -> UInt16 {
        check(offset, 2)
        return unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    }

    /// Four bytes in the machine's own order.
    @inlinable @inline(__always)
    package func native32(_ offset: Int) -> UInt32 {
        check(offset, 4)
        return unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }

    /// Part of the view.
    @inlinable @inline(__always)
    package func slice(_ offset: Int, _ length: Int) -> ByteView {
        check(offset, length)
        return unsafe ByteView(UnsafeRawBufferPointer(start: base + offset, count: length))
    }

    /// Whether both views hold the same bytes.
    @inlinable @inline(__always)
    package func equals(_ other: ByteView) -> Bool {
        guard count == other.count else { return false }
        var offset = 0
        while offset &+ 8 <= count {
            if word(offset) != other.word(offset) { return false }
            offset &+= 8
        }
        while offset < count {
            if byte(offset) != other.byte(offset) { return false }
            offset &+= 1
        }
        return true
    }
}
