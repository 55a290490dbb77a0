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

    /// All words of another table, those of failovers that hold something back among them.
    package convenience init(of verdicts: VerdictTable) {
        self.init(slots: verdicts.count)
        for slot in 0..<verdicts.count {
            let word = verdicts.load(slot)
            if word.rawValue != 0 { table.store(word, slot: slot) }
        }
    }

    deinit { memory.deallocate() }
}
