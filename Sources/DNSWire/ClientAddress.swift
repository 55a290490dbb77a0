/// Where a query came from, as fixed-width integers that per-query code can compare and mask.
package struct ClientAddress: Hashable, Sendable {
    /// The upper half of the address in host byte order; 0 for IPv4.
    package let high: UInt64
    /// The lower half; an IPv4 address is its lowest 32 bits.
    package let low: UInt64
    package let isV4: Bool
    package var port: UInt16

    @inlinable
    package init(v4: UInt32, port: UInt16 = 0) {
        high = 0
        low = UInt64(v4)
        isV4 = true
        self.port = port
    }

    @inlinable
    package init(v6 high: UInt64, _ low: UInt64, port: UInt16 = 0) {
        self.high = high
        self.low = low
        isV4 = false
        self.port = port
    }
}

/// How a query arrived.
package enum TransportProtocol: UInt8, Sendable {
    case udp
    case tcp
}
