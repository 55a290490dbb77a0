/// Where a query came from, as fixed-width integers that per-query code can compare and mask.
public struct ClientAddress: Hashable, Sendable {
    /// The upper half of the address in host byte order; 0 for IPv4.
    public let high: UInt64
    /// The lower half; an IPv4 address is its lowest 32 bits.
    public let low: UInt64
    public let isV4: Bool
    public var port: UInt16

    @inlinable
    public init(v4: UInt32, port: UInt16 = 0) {
        high = 0
        low = UInt64(v4)
        isV4 = true
        self.port = port
    }

    @inlinable
    public init(v6 high: UInt64, _ low: UInt64, port: UInt16 = 0) {
        self.high = high
        self.low = low
        isV4 = false
        self.port = port
    }
}

/// How a query arrived.
public enum TransportProtocol: UInt8, Sendable {
    case udp
    case tcp
}
