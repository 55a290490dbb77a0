package import DNSWire

/// A client as one policy sees it.
package struct PolicyClient: Sendable {
    package let network: ClientNetwork
    /// The ladders of all looks in one number (`ProgramLayout`).
    package var branch: UInt32 = 0
    /// By look: the SCOPE PREFIX-LENGTH of an answer that it decided (RFC 7871 §7.2.1).
    package var scopes = SIMD8<UInt8>()

    package init(network: ClientNetwork) { self.network = network }

    /// Whoever asks: for policies that look at no client.
    package static var anybody: PolicyClient {
        PolicyClient(network: ClientNetwork(v4: 0, bits: 0))
    }

    /// The scope of an answer that these looks decided, and a hash over so many bits of an address.
    package func scope(_ looked: LookedAt) -> UInt8 {
        var scope: UInt8 = 0
        for index in 0..<ProgramLayout.maximumLooks
        where looked.looks &>> UInt8(truncatingIfNeeded: index) & 1 != 0 {
            scope = max(scope, scopes[index])
        }
        guard network.isFromSubnet else { return scope }
        // Bits of IPv4 inside IPv6 begin behind others.
        if network.isV4, looked.hashV4Bits > 0 {
            scope = max(scope, looked.hashV4Bits &+ network.shift)
        } else if !network.isV4 {
            scope = max(scope, looked.hashV6Bits)
        }
        return scope
    }

    /// What a `hash` node knows the client by: so many bits of its address, or those that are told.
    func hashKey(v4Bits: UInt8, v6Bits: UInt8) -> UInt64 {
        if network.isV4 {
            let bits = min(v4Bits, network.v4Bits)
            let mask = bits == 0 ? 0 : UInt32.max &<< UInt32(32 &- min(bits, 32))
            return Rendezvous.mix(UInt64(network.v4 & mask) &+ 0x04)
        }
        let bits = min(v6Bits, network.v6Bits)
        let high = bits == 0 ? 0 : UInt64.max &<< UInt64(64 &- min(bits, 64))
        let low = bits <= 64 ? 0 : UInt64.max &<< UInt64(128 &- min(bits, 128))
        return Rendezvous.mix(
            Rendezvous.mix((network.high & high) &+ 0x06) ^ (network.low & low))
    }
}

/// What an answer depends on, as far as the client goes.
package struct LookedAt: Sendable, Hashable {
    /// A bit for each look.
    package var looks: UInt8 = 0
    /// The longest prefixes that a hash took; 0: none did.
    package var hashV4Bits: UInt8 = 0
    package var hashV6Bits: UInt8 = 0

    package init() {}
}

/// Weighted rendezvous hashing: each client draws for every member a number that depends on the two alone,
/// and goes to the member with the best one.
///
/// A member's draw is exponentially distributed with its weight as the rate. The least of such draws is each
/// member's with the probability of its share, and a member that leaves or comes moves its own clients only.
enum Rendezvous {
    /// A bijection whose every bit of input changes every bit of output half the time (the finaliser of
    /// SplitMix64).
    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ z &>> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z &>> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z &>> 31
    }

    /// The draw of a client for a member; the least wins.
    static func draw(client: UInt64, member: UInt64, weight: UInt32) -> Double {
        // 53 bits, and half of one so that it is neither 0 nor 1.
        let bits = mix(client ^ mix(member)) &>> 11
        let uniform = (Double(bits) + 0.5) * 0x1p-53
        return -logarithm(uniform) / Double(max(weight, 1))
    }

    /// The natural logarithm of a number between 0 and 1, by IEEE arithmetic only: every server must draw
    /// the same, whatever mathematics library it has.
    static func logarithm(_ value: Double) -> Double {
        let bits = value.bitPattern
        let exponent = Int(bits &>> 52 & 0x7FF) - 1023
        // 1 to 2; the logarithm of it is 2 artanh((m - 1) / (m + 1)).
        let mantissa = Double(bitPattern: bits & 0x000F_FFFF_FFFF_FFFF | 0x3FF0_0000_0000_0000)
        let ratio = (mantissa - 1) / (mantissa + 1)
        let square = ratio * ratio
        var sum = 0.0
        var odd = 33.0
        // The first term left out is below 1e-18 of the sum.
        while odd >= 1 {
            sum = sum * square + 1 / odd
            odd -= 2
        }
        return Double(exponent) * 0.693_147_180_559_945_31 + 2 * ratio * sum
    }
}
