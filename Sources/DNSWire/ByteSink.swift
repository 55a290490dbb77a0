/// Memory to write to, every access checked; the counterpart of `ByteView`.
@safe
package struct ByteSink {
    @usableFromInline let base: UnsafeMutableRawPointer
    package let count: Int

    @inlinable
    package init(_ bytes: UnsafeMutableRawBufferPointer) {
        unsafe base = bytes.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 8).unsafelyUnwrapped
        count = bytes.count
    }

    @inlinable @inline(__always)
    func check(_ offset: Int, _ length: Int) {
        precondition(
            offset >= 0 && length >= 0 && offset <= count && length <= count &- offset,
            "outside the sink")
    }

    @inlinable @inline(__always)
    package func put(_ value: UInt8, at offset: Int) {
        check(offset, 1)
        unsafe base.storeBytes(of: value, toByteOffset: offset, as: UInt8.self)
    }

    /// Writes two bytes in network order.
    @inlinable @inline(__always)
    package func put(_ value: UInt16, at offset: Int) {
        check(offset, 2)
        unsafe base.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
    }

    /// Writes four bytes in network order.
    @inlinable @inline(__always)
    package func put(_ value: UInt32, at offset: Int) {
        check(offset, 4)
        unsafe base.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
    }

    /// Writes eight bytes as they lie in memory.
    @inlinable @inline(__always)
    package func putWord(_ value: UInt64, at offset: Int) {
        check(offset, 8)
        unsafe base.storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
    }

    @inlinable @inline(__always)
    package func copy(_ source: ByteView, at offset: Int) {
        check(offset, source.count)
        unsafe (base + offset).copyMemory(from: source.base, byteCount: source.count)
    }

    /// What has been written so far, to be read again.
    @inlinable @inline(__always)
    package var view: ByteView {
        unsafe ByteView(UnsafeRawBufferPointer(start: base, count: count))
    }
}
