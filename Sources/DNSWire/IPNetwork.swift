/// A network: an address and how many of its leading bits count (RFC 4632 §3.1, RFC 4291 §2.3).
package struct IPNetwork: Hashable, Sendable {
    /// The first address; all bits behind `prefixLength` are 0.
    package let address: IPAddress
    package let prefixLength: Int

    /// Nil when the length is none of the family's, or an address bit behind it is set.
    package init?(address: IPAddress, prefixLength: Int) {
        guard (0...(address.isV4 ? 32 : 128)).contains(prefixLength) else { return nil }
        self.address = address
        self.prefixLength = prefixLength
        let first = ClientAddress(address).keyed(length: keyLength)
        let own = ClientAddress(address).key
        guard first == own else { return nil }
    }

    /// The length among keys: all IPv4 networks lie in ::ffff:0:0/96.
    private var keyLength: Int { address.isV4 ? prefixLength + 96 : prefixLength }

    /// The first key of the network.
    package var firstKey: AddressKey { ClientAddress(address).key }

    /// The last key of the network.
    package var lastKey: AddressKey {
        let mask = AddressKey.mask(keyLength)
        return AddressKey(firstKey.high | ~mask.high, firstKey.low | ~mask.low)
    }
}

extension IPNetwork: CustomStringConvertible {
    /// Reads `10.0.0.0/8`, `2001:db8::/32`, or an address alone, which is a network of one.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, let address = IPAddress(first) else {
            return nil
        }
        guard parts.count == 2 else {
            self.init(address: address, prefixLength: address.isV4 ? 32 : 128)
            return
        }
        guard (1...3).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1])
        else { return nil }
        self.init(address: address, prefixLength: length)
    }

    package var description: String { "\(address)/\(prefixLength)" }
}

/// An address of either family as one number of 128 bits, for comparing and masking.
///
/// IPv4 addresses are IPv4-mapped ones (RFC 4291 §2.5.5.2), so both families have one order.
public struct AddressKey: Hashable, Comparable, Sendable {
    public let high: UInt64
    public let low: UInt64

    @inlinable
    public init(_ high: UInt64, _ low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The key that comes next; nil behind the last one.
    public var next: AddressKey? {
        if low != .max { return AddressKey(high, low + 1) }
        return high == .max ? nil : AddressKey(high + 1, 0)
    }

    @inlinable
    public static func < (left: AddressKey, right: AddressKey) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }

    /// `length` leading bits.
    @inlinable
    public static func mask(_ length: Int) -> AddressKey {
        AddressKey(
            leading(min(max(length, 0), 64)), leading(min(max(length &- 64, 0), 64)))
    }

    @inlinable
    static func leading(_ count: Int) -> UInt64 {
        count == 0 ? 0 : UInt64.max &<< UInt64(truncatingIfNeeded: 64 &- count)
    }
}

extension ClientAddress {
    /// The address as a key.
    @inlinable
    public var key: AddressKey {
        isV4 ? AddressKey(0, 0xFFFF_0000_0000 | low) : AddressKey(high, low)
    }

    /// The first key of the network of `length` leading bits that it is in.
    @inlinable
    public func keyed(length: Int) -> AddressKey {
        let mask = AddressKey.mask(length)
        return AddressKey(key.high & mask.high, key.low & mask.low)
    }

    package init(_ address: IPAddress) {
        switch address {
        case .v4(let value): self.init(v4: value)
        case .v6(let high, let low): self.init(v6: high, low)
        }
    }
}
