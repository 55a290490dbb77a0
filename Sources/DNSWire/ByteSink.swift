/// Memory to write to, every access checked; the counterpart of `ByteView`.
@safe
public struct ByteSink {
    @usableFromInline let base: UnsafeMutableRawPointer
    public let count: Int

    @inlinable
    public init(_ bytes: UnsafeMutableRawBufferPointer) {
        unsafe base = bytes.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 8).unsafelyUnwrapped
        count = bytes.count
    }

    @inlinable @inline(__always)
    func check(_ offset: Int, _ length: Int) {
        precondition(
            offset >= 0 && length >= 0 && offset <= count && length <= count &- offset,
            "outside the sink")
    }

    /// The same for a length that is written in the code: fewer comparisons.
    @inlinable @inline(__always)
    func checkFixed(_ offset: Int, _ length: Int) {
        precondition(offset >= 0 && offset <= count &- length, "outside the sink")
    }

    @inlinable @inline(__always)
    public func put(_ value: UInt8, at offset: Int) {
        checkFixed(offset, 1)
        unsafe base.storeBytes(of: value, toByteOffset: offset, as: UInt8.self)
    }

    /// Writes two bytes in network order.
    @inlinable @inline(__always)
    public func put(_ value: UInt16, at offset: Int) {
        checkFixed(offset, 2)
        unsafe base.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
    }

    /// Writes four bytes in network order.
    @inlinable @inline(__always)
    public func put(_ value: UInt32, at offset: Int) {
        checkFixed(offset, 4)
        unsafe base.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
    }

    /// Writes eight bytes as they lie in memory.
    @inlinable @inline(__always)
    public func putWord(_ value: UInt64, at offset: Int) {
        checkFixed(offset, 8)
        unsafe base.storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
    }

    /// Part of the sink.
    @inlinable @inline(__always)
    public func slice(_ offset: Int, _ length: Int) -> ByteSink {
        check(offset, length)
        return unsafe ByteSink(
            UnsafeMutableRawBufferPointer(start: base + offset, count: length))
    }

    @inlinable @inline(__always)
    public func copy(_ source: ByteView, at offset: Int) {
        check(offset, source.count)
        let target = unsafe base + offset
        let count = source.count
        // A few words, in part over each other, cost less than a call or a loop.
        if count > 16 {
            guard count <= 64 else {
                unsafe target.copyMemory(from: source.base, byteCount: count)
                return
            }
            unsafe ByteSink.copyPair(source, 0, to: target)
            if count > 32 {
                unsafe ByteSink.copyPair(source, 16, to: target)
                unsafe ByteSink.copyPair(source, count &- 32, to: target)
            }
            unsafe ByteSink.copyPair(source, count &- 16, to: target)
        } else if count >= 8 {
            unsafe target.storeBytes(of: source.word(unchecked: 0), as: UInt64.self)
            unsafe target.storeBytes(
                of: source.word(unchecked: count &- 8), toByteOffset: count &- 8, as: UInt64.self)
        } else {
            unsafe target.copyMemory(from: source.base, byteCount: count)
        }
    }

    /// Copies 16 bytes.
    @inlinable @inline(__always)
    @unsafe
    static func copyPair(_ source: ByteView, _ offset: Int, to target: UnsafeMutableRawPointer) {
        unsafe target.storeBytes(
            of: source.base.loadUnaligned(fromByteOffset: offset, as: SIMD2<UInt64>.self),
            toByteOffset: offset, as: SIMD2<UInt64>.self)
    }

    /// Copies bytes with A-Z turned into a-z, and zeroes the eight bytes behind them.
    @inlinable @inline(__always)
    func copyLowercased(_ source: ByteView, at offset: Int) {
        check(offset, source.count &+ 8)
        let target = unsafe base + offset
        var next = 0
        while next &+ 8 <= source.count {
            let word = unsafe NameKey.lowercased(source.word(unchecked: next))
            unsafe target.storeBytes(of: word, toByteOffset: next, as: UInt64.self)
            next &+= 8
        }
        let tail = NameKey.lowercased(source.tail(from: next)).littleEndian
        unsafe target.storeBytes(of: tail, toByteOffset: next, as: UInt64.self)
    }

    /// What has been written so far, to be read again.
    @inlinable @inline(__always)
    public var view: ByteView {
        unsafe ByteView(UnsafeRawBufferPointer(start: base, count: count))
    }
}
