package import DNSWire

/// What the server's settings say about clients, read where it lies.
extension ServingImage {
    /// What holds for one client.
    public struct ClientRules {
        @usableFromInline let bits: UInt32

        @inlinable
        init(bits: UInt32) { self.bits = bits }

        /// Those of a client that no network has rules for.
        @inlinable public static var none: ClientRules { ClientRules(bits: 0) }

        @inlinable public var isRefused: Bool { bits & ImageLayout.Network.refused != 0 }
        @inlinable public var isUnlimited: Bool { bits & ImageLayout.Network.unlimited != 0 }
    }

    /// The rules of the network that the client is in: a binary search over the ranges of all networks.
    package func rules(for client: ClientAddress) -> ClientRules {
        let table = Int(bytes.native32(root &+ ImageLayout.Field.networks))
        var low = 0
        var high = Int(bytes.native32(root &+ ImageLayout.Field.networkCount))
        guard high > 0 else { return ClientRules(bits: 0) }
        let key = client.key
        // The range sought is in low..<high; the first one begins at ::, so there is one.
        while high &- low > 1 {
            let middle = low &+ (high &- low) / 2
            let row = table &+ middle &* ImageLayout.Network.bytes
            let first = AddressKey(
                bytes.word(row &+ ImageLayout.Network.high),
                bytes.word(row &+ ImageLayout.Network.low))
            if key < first { high = middle } else { low = middle }
        }
        let row = table &+ low &* ImageLayout.Network.bytes
        return ClientRules(bits: bytes.native32(row &+ ImageLayout.Network.rules))
    }

    /// Whether responses over UDP are limited.
    @inlinable @inline(__always)
    public var hasRateLimit: Bool {
        features & ImageLayout.Features.rateLimit != 0
    }

    /// Whether who asks can make a difference to whether a query is answered.
    @inlinable @inline(__always)
    public var treatsClientsApart: Bool { hasClientRules || hasRateLimit }

    /// Whether what exceeds a limit is only counted.
    package var rateLimitIsDryRun: Bool {
        bytes.native32(root &+ ImageLayout.Field.features) & ImageLayout.Features.rateLimitDryRun
            != 0
    }

    /// Most answers and referrals from one name a second to one network; 0: no limit.
    package var limitResponses: UInt32 { bytes.native32(root &+ ImageLayout.Field.limitResponses) }
    /// Most negative answers from one zone a second to one network; 0: no limit.
    package var limitNegatives: UInt32 { bytes.native32(root &+ ImageLayout.Field.limitNegatives) }
    /// Most errors a second to one network; 0: no limit.
    package var limitErrors: UInt32 { bytes.native32(root &+ ImageLayout.Field.limitErrors) }
    /// Most responses of any kind a second to one network; 0: no limit.
    package var limitAll: UInt32 { bytes.native32(root &+ ImageLayout.Field.limitAll) }
    /// Of how many responses beyond the limit one is cut down instead of withheld; 0: none is.
    package var limitSlip: UInt8 { bytes.byte(root &+ ImageLayout.Field.limitSlip) }

    /// The network of a client that shares its limits.
    package func limitedNetwork(of client: ClientAddress) -> AddressKey {
        client.isV4
            ? client.keyed(length: 96 &+ Int(bytes.byte(root &+ ImageLayout.Field.limitV4Prefix)))
            : client.keyed(length: Int(bytes.byte(root &+ ImageLayout.Field.limitV6Prefix)))
    }
}
