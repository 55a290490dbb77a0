public import Health
public import Synchronization

/// One atomic word per endpoint address, in memory that both processes see.
///
/// Whoever makes a table keeps its memory. A stored word is seen by the very next load of any reader.
@safe
public struct VerdictTable: @unchecked Sendable {
    @usableFromInline let words: UnsafeMutablePointer<Atomic<UInt32>>
    public let count: Int

    public init(_ memory: UnsafeMutableRawPointer, count: Int) {
        unsafe words = memory.bindMemory(to: Atomic<UInt32>.self, capacity: count)
        self.count = count
    }

    /// A table of its own, all unchecked, which lives for ever: for tests and simulations.
    public init(privateWords count: Int) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
        unsafe memory.initializeMemory(as: UInt32.self, repeating: 0, count: count)
        unsafe self.init(memory, count: count)
    }

    /// The word of a slot; a slot outside the table reads as unchecked, never as down.
    @inlinable @inline(__always)
    public func load(_ slot: Int) -> VerdictWord {
        guard slot >= 0, slot < count else { return VerdictWord(rawValue: 0) }
        return unsafe VerdictWord(rawValue: words[slot].load(ordering: .acquiring))
    }

    /// Stores a word; slots outside the table are nobody's.
    public func store(_ word: VerdictWord, slot: Int) {
        guard slot >= 0, slot < count else { return }
        unsafe words[slot].store(word.rawValue, ordering: .releasing)
    }
}
