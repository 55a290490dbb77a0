package import DNSWire

/// Which word of the verdict table belongs to which address of which endpoint.
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

    /// What the image in service uses.
    private var serving: [Key: Int]
    private var next: [Key: Int] = [:]
    private var taken: Set<Int>
    private var candidate = 0
    private let capacity: Int

    package init(serving: [Key: Int] = [:], capacity: Int) {
        self.serving = serving
        self.capacity = capacity
        taken = Set(serving.values)
    }

    /// The slot of an address in the next image; nil when the table is full.
    mutating func slot(_ key: Key) -> Int? {
        if let slot = next[key] { return slot }
        if let slot = serving[key] {
            next[key] = slot
            return slot
        }
        while candidate < capacity, taken.contains(candidate) { candidate += 1 }
        guard candidate < capacity else { return nil }
        taken.insert(candidate)
        next[key] = candidate
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
    package func adopted() -> SlotMap { SlotMap(serving: next, capacity: capacity) }
}
