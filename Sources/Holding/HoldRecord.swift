import DNSWire
package import Serving
import Steering

/// What an image says of one word that the control process keeps.
package struct HoldRecord: Sendable {
    package let node: NodeName
    package let kind: HoldView.Kind
    package let slot: Int
    /// Members of a `failover` node, as reloads know them again.
    package let members: [UInt64]
    /// Endpoints of a policy, in the order of their bits.
    package let endpoints: [String]

    init?(_ image: ServingImage, _ index: Int) {
        let view = image.hold(index)
        guard let kind = view.kind else { return nil }
        self.kind = kind
        slot = view.slot
        node = NodeName(owner: view.owner.text, path: view.path.text)
        let program = PolicyProgram(image, offset: view.program)
        members = kind == .failover ? program.identities(of: view.node) : []
        endpoints = kind == .failover ? [] : program.endpointKeys(below: program.root, image)
    }

    /// Everything that an image says of holds.
    package static func all(_ image: ServingImage) -> [HoldRecord] {
        (0..<image.holdCount).compactMap { HoldRecord(image, $0) }
    }

    /// The word that says here what `word` said of a node with other members.
    ///
    /// A tier is known again by what it refers to; where it has gone and the number of tiers is what it was,
    /// the one in its place counts as it. Else nothing is held.
    func word(after old: HoldRecord, _ word: UInt32) -> UInt32 {
        guard kind == old.kind else { return 0 }
        guard kind == .failover else {
            var bits: UInt32 = 0
            for (bit, key) in endpoints.enumerated().prefix(32) {
                guard let before = old.endpoints.firstIndex(of: key), before < 32 else { continue }
                bits |= (word >> UInt32(before) & 1) << UInt32(bit)
            }
            return bits
        }
        let before = HoldWord(rawValue: word)
        var after = HoldWord()
        for v4 in [true, false] {
            after.set(
                tier: tier(after: old, before.tier(v4: v4)), isWaiting: before.isWaiting(v4: v4),
                v4: v4)
        }
        return after.rawValue
    }

    private func tier(after old: HoldRecord, _ tier: Int) -> Int {
        guard tier > 0, tier < old.members.count else { return 0 }
        if let now = members.firstIndex(of: old.members[tier]) { return now }
        return members.count == old.members.count ? tier : 0
    }
}

extension ByteView {
    /// The bytes as UTF-8.
    var text: String { String(decoding: (0..<count).map { byte($0) }, as: UTF8.self) }
}
