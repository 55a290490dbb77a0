package import DNSWire

/// One node, or one policy, about which the control process keeps a word: `failback` that is not automatic,
/// and `whenDown: lastGood`.
package struct HoldView {
    let bytes: ByteView
    let offset: Int

    package enum Kind: UInt8, Sendable {
        /// A `HoldWord` of a `failover` node.
        case failover = 0
        /// The endpoints that answered IPv4, and IPv6, last: a bit for each endpoint node.
        case lastGoodV4 = 1
        case lastGoodV6 = 2
    }

    private func number(_ field: Int) -> Int { Int(bytes.native32(offset &+ field)) }

    /// Index of its word in the verdict table.
    package var slot: Int { number(ImageLayout.Hold.slot) }
    /// Nil: written by a later version.
    package var kind: Kind? { Kind(rawValue: bytes.byte(offset &+ ImageLayout.Hold.kind)) }
    /// A program that the node is part of; others may have it too.
    package var program: Int { number(ImageLayout.Hold.program) }
    /// The node's number in that program.
    package var node: Int { number(ImageLayout.Hold.node) }
    /// Seconds that a better tier has to be well before it answers again; nil: until an operator says so.
    package var afterSeconds: Int? {
        let seconds = bytes.native32(offset &+ ImageLayout.Hold.after)
        return seconds == .max ? nil : Int(seconds)
    }
    /// A hash of what the members are known by: with others the word means something else.
    package var members: UInt64 { bytes.word(offset &+ ImageLayout.Hold.members) }
    /// UTF-8: a name such as `pay.example.com.`, or the key of a named policy.
    package var owner: ByteView {
        bytes.slice(
            number(ImageLayout.Hold.key),
            Int(bytes.native16(offset &+ ImageLayout.Hold.ownerBytes)))
    }
    /// UTF-8: numbers of members from the owner's policy down to the node; empty for its root.
    package var path: ByteView {
        bytes.slice(
            number(ImageLayout.Hold.key)
                &+ Int(bytes.native16(offset &+ ImageLayout.Hold.ownerBytes)),
            Int(bytes.native16(offset &+ ImageLayout.Hold.pathBytes)))
    }
}

extension ServingImage {
    /// How many words the control process keeps beside the verdicts.
    package var holdCount: Int { number(ImageLayout.Field.holdCount) }

    /// What one of them is about.
    package func hold(_ index: Int) -> HoldView {
        precondition(index >= 0 && index < holdCount, "no such hold")
        return HoldView(
            bytes: bytes,
            offset: number(ImageLayout.Field.holds) &+ index &* ImageLayout.Hold.bytes)
    }
}
