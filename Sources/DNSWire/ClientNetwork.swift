/// What is known of a client's address: the network that policies look up, and what a scope is about.
///
/// It is the client subnet that the resolver tells (RFC 7871), of which only the SOURCE PREFIX-LENGTH bits
/// are used, or else the address that the query came from. An IPv6 address that stands for an IPv4 host
/// is looked up as that, and prefix lengths found there count from `shift` bits further on in the address
/// as it was given.
package struct ClientNetwork: Hashable, Sendable {
    /// Whether to look up `v4`.
    package let isV4: Bool
    /// The IPv4 address, zeros behind `v4Bits`.
    package let v4: UInt32
    /// How many bits of it are known; 0 too where the subnet ends ahead of it.
    package let v4Bits: UInt8
    /// Bits ahead of the IPv4 address in the address as given; 0 for IPv4 itself.
    package let shift: UInt8
    /// The IPv6 address as given, zeros behind `v6Bits`; of no meaning for IPv4 itself.
    package let high: UInt64
    package let low: UInt64
    package let v6Bits: UInt8
    /// Whether a resolver told it, and so whether the response has a scope.
    package let isFromSubnet: Bool

    /// An IPv4 network of 0 to 32 bits; bits behind them are dropped.
    @inlinable
    package init(v4: UInt32, bits: UInt8, isFromSubnet: Bool = false) {
        isV4 = true
        v4Bits = min(bits, 32)
        self.v4 = v4 & ClientNetwork.mask32(v4Bits)
        shift = 0
        high = 0
        low = 0
        v6Bits = 0
        self.isFromSubnet = isFromSubnet
    }

    /// An IPv6 network of 0 to 128 bits; bits behind them are dropped.
    @inlinable
    package init(v6 high: UInt64, _ low: UInt64, bits: UInt8, isFromSubnet: Bool = false) {
        v6Bits = min(bits, 128)
        self.high = high & ClientNetwork.mask64(v6Bits)
        self.low = v6Bits <= 64 ? 0 : low & ClientNetwork.mask64(v6Bits &- 64)
        self.isFromSubnet = isFromSubnet
        guard let range = EmbeddedIPv4(high: self.high, low: self.low, bits: v6Bits) else {
            isV4 = false
            v4 = 0
            v4Bits = 0
            shift = 0
            return
        }
        isV4 = true
        shift = range.shift
        v4Bits = v6Bits <= shift ? 0 : min(v6Bits &- shift, 32)
        v4 =
            range.address(high: self.high, low: self.low) & ClientNetwork.mask32(v4Bits)
    }

    /// The network to look up for a query.
    ///
    /// A subnet of no bits asks for an answer that does not depend on the client (RFC 7871 §7.1.2): the
    /// resolver's own address is looked up, as without the option, and the scope is 0.
    ///
    /// - Parameter subnet: what the query carries, where the server reads client subnets; else nil.
    @inlinable
    package init(_ subnet: ClientSubnet?, from client: ClientAddress) {
        if let subnet, subnet.sourceBits > 0 {
            if subnet.family == 1 {
                self.init(
                    v4: UInt32(truncatingIfNeeded: subnet.high &>> 32), bits: subnet.sourceBits,
                    isFromSubnet: true)
            } else {
                self.init(
                    v6: subnet.high, subnet.low, bits: subnet.sourceBits, isFromSubnet: true)
            }
        } else if client.isV4 {
            self.init(v4: UInt32(truncatingIfNeeded: client.low), bits: 32)
        } else {
            self.init(v6: client.high, client.low, bits: 128)
        }
    }

    /// The first `bits` of 32.
    @inlinable @inline(__always)
    static func mask32(_ bits: UInt8) -> UInt32 {
        bits == 0 ? 0 : UInt32.max &<< UInt32(32 &- min(bits, 32))
    }

    /// The first `bits` of 64, all of them where there are more.
    @inlinable @inline(__always)
    static func mask64(_ bits: UInt8) -> UInt64 {
        bits == 0 ? 0 : UInt64.max &<< UInt64(64 &- min(bits, 64))
    }
}
