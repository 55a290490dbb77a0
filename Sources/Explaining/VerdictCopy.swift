import Health
package import Serving

/// Verdict words of one's own, to be changed by what is assumed.
package final class VerdictCopy {
    private let memory: UnsafeMutableRawPointer
    package let table: VerdictTable

    /// All unchecked.
    ///
    /// - Parameter slots: how many words.
    package init(slots: Int) {
        let bytes = 64 + max(slots, 1) * MemoryLayout<UInt32>.stride
        memory = .allocate(byteCount: bytes, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        table = VerdictTable(memory + 64, count: max(slots, 1), epoch: memory)
    }

    /// The words that an image's addresses have now.
    package convenience init(of verdicts: VerdictTable, for image: ServingImage) {
        let slots = (0..<image.addressCount).map { image.address($0).slot }
        self.init(slots: (slots.max() ?? 0) + 1)
        for slot in slots { table.store(verdicts.load(slot), slot: slot) }
    }

    deinit { memory.deallocate() }
}
