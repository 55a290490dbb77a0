/// Words in the machine's own order, as `ByteView` reads them back.
extension ByteSink {
    @inlinable @inline(__always)
    public func putNative(_ value: UInt16, at offset: Int) {
        check(offset, 2)
        unsafe base.storeBytes(of: value, toByteOffset: offset, as: UInt16.self)
    }

    @inlinable @inline(__always)
    public func putNative(_ value: UInt32, at offset: Int) {
        check(offset, 4)
        unsafe base.storeBytes(of: value, toByteOffset: offset, as: UInt32.self)
    }

    @inlinable @inline(__always)
    public func putNative(_ value: UInt64, at offset: Int) {
        check(offset, 8)
        unsafe base.storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
    }
}
