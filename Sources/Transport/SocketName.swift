// Socket addresses as the kernel reads and writes them: sockaddr_in and sockaddr_in6. Both begin
// with the family (host order) and the port (network order); the address follows at byte 4 or 8.

import CSterna
import DNSWire
import Glibc

/// Bytes that hold a socket address of either family.
let socketNameBytes = Int(STERNA_NAME_BYTES)

extension SocketAddress {
    /// AF_INET or AF_INET6.
    var family: CInt { address.isV4 ? AF_INET : AF_INET6 }

    /// Lends the address in the form that `bind` and `connect` take.
    func withSocketName<Result>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        unsafe withUnsafeTemporaryAllocation(byteCount: socketNameBytes, alignment: 8) { name in
            unsafe name.initializeMemory(as: UInt8.self, repeating: 0)
            unsafe name.storeBytes(of: sa_family_t(family), toByteOffset: 0, as: sa_family_t.self)
            unsafe name.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            switch address {
            case .v4(let value):
                unsafe name.storeBytes(of: value.bigEndian, toByteOffset: 4, as: UInt32.self)
            case .v6(let high, let low):
                unsafe name.storeBytes(of: high.bigEndian, toByteOffset: 8, as: UInt64.self)
                unsafe name.storeBytes(of: low.bigEndian, toByteOffset: 16, as: UInt64.self)
            }
            let bytes =
                address.isV4
                ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
            let start = unsafe name.baseAddress.unsafelyUnwrapped
            return unsafe body(
                start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes))
        }
    }

    /// Reads what `getsockname` wrote; nil for another family.
    init?(socketName name: UnsafeRawPointer) {
        guard let peer = unsafe ClientAddress(socketName: name) else { return nil }
        self.init(
            address: peer.isV4
                ? .v4(UInt32(truncatingIfNeeded: peer.low)) : .v6(peer.high, peer.low),
            port: peer.port)
    }
}

extension ClientAddress {
    /// Reads the sender that the kernel wrote to 32 bytes; nil for another family.
    init?(socketName name: UnsafeRawPointer) {
        let port = unsafe UInt16(bigEndian: name.load(fromByteOffset: 2, as: UInt16.self))
        switch unsafe CInt(name.load(as: sa_family_t.self)) {
        case AF_INET:
            let address = unsafe name.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
            self.init(v4: UInt32(bigEndian: address), port: port)
        case AF_INET6:
            let high = unsafe name.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            let low = unsafe name.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
            self.init(v6: UInt64(bigEndian: high), UInt64(bigEndian: low), port: port)
        default:
            return nil
        }
    }
}
