package import DNSWire
package import Serving

/// Which word of the verdict table belongs to which address of which endpoint, or to which policy.
///
/// A slot keeps its meaning for as long as an image that names it is served: new addresses take slots
/// that neither the image in service nor the next one uses.
package struct SlotMap: Sendable {
    package struct Key: Hashable, Sendable {
        package var endpoint: String
        package var address: IPAddress

        package init(endpoint: String, address: IPAddress) {
            self.endpoint = endpoint
            self.address = address
        }
    }

    /// A word that the control process keeps about a policy.
    ///
    /// What is held is told by number, so a node whose members are others gets another word, which the
    /// control process fills in from what the old one said.
    package struct HoldKey: Hashable, Sendable {
        /// A name, or the key of a named policy.
        package var owner: String
        /// Numbers of members from the owner's policy down to the node.
        package var path: String
        package var kind: HoldView.Kind
        /// A hash of what the members are known by.
        package var members: UInt64

        package init(owner: String, path: String, kind: HoldView.Kind, members: UInt64) {
            self.owner = owner
            self.path = path
            self.kind = kind
            self.members = members
        }
    }

    /// What the image in service uses.
    private var serving: [Key: Int]
    private var servingHolds: [HoldKey: Int]
    private var next: [Key: Int] = [:]
    private var nextHolds: [HoldKey: Int] = [:]
    private var taken: Set<Int>
    private var candidate = 0
    private let capacity: Int

    package init(
        serving: [Key: Int] = [:], holds: [HoldKey: Int] = [:], capacity: Int
    ) {
        self.serving = serving
        servingHolds = holds
        self.capacity = capacity
        taken = Set(serving.values).union(holds.values)
    }

    /// The slot of an address in the next image; nil when the table is full.
    mutating func slot(_ key: Key) -> Int? {
        if let slot = next[key] { return slot }
        if let slot = serving[key] {
            next[key] = slot
            return slot
        }
        let slot = take()
        next[key] = slot
        return slot
    }

    /// The same of a word about a policy.
    mutating func slot(_ key: HoldKey) -> Int? {
        if let slot = nextHolds[key] { return slot }
        let slot = servingHolds[key] ?? take()
        nextHolds[key] = slot
        return slot
    }

    private mutating func take() -> Int? {
        while candidate < capacity, taken.contains(candidate) { candidate += 1 }
        guard candidate < capacity else { return nil }
        taken.insert(candidate)
        return candidate
    }

    /// The map once a patch is in service that added what was asked for: nothing is free before a whole image.
    func grown() -> SlotMap {
        var result = self
        result.serving = serving.merging(next) { _, new in new }
        result.next = [:]
        return result
    }

    /// The map once the next image is the one in service, so that what only the old one used is free.
    package func adopted() -> SlotMap {
        SlotMap(serving: next, holds: nextHolds, capacity: capacity)
    }
}
