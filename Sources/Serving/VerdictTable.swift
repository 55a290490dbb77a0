public import Health
public import Synchronization

/// One atomic word per endpoint address, in memory that both processes see, and a count of changes.
///
/// Whoever makes a table keeps its memory. A stored word is seen by the very next load of any reader. The
/// epoch grows after every change of a word: what was derived from the words under one epoch holds for as
/// long as the epoch is the same.
@safe
public struct VerdictTable: @unchecked Sendable {
    @usableFromInline let words: UnsafeMutablePointer<Atomic<UInt32>>
    @usableFromInline let changes: UnsafeMutablePointer<Atomic<UInt64>>
    public let count: Int

    /// - Parameter epoch: 8 bytes, on a cache line that nobody else writes often.
    public init(
        _ memory: UnsafeMutableRawPointer, count: Int, epoch: UnsafeMutableRawPointer
    ) {
        unsafe words = memory.bindMemory(to: Atomic<UInt32>.self, capacity: count)
        unsafe changes = epoch.bindMemory(to: Atomic<UInt64>.self, capacity: 1)
        self.count = count
    }

    /// A table of its own, all unchecked, which lives for ever: for tests and simulations.
    public init(privateWords count: Int) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 64 + count * 4, alignment: 64)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: 64 + count * 4)
        unsafe self.init(memory + 64, count: count, epoch: memory)
    }

    /// The word of a slot; a slot outside the table reads as unchecked, never as down.
    @inlinable @inline(__always)
    public func load(_ slot: Int) -> VerdictWord {
        guard slot >= 0, slot < count else { return VerdictWord(rawValue: 0) }
        return unsafe VerdictWord(rawValue: words[slot].load(ordering: .acquiring))
    }

    /// How many changes there were.
    ///
    /// Whoever reads it before the words keeps nothing that is out of date under a number that is not.
    @inlinable @inline(__always)
    public var epoch: UInt64 { unsafe changes.pointee.load(ordering: .acquiring) }

    /// Stores a word; slots outside the table are nobody's.
    public func store(_ word: VerdictWord, slot: Int) {
        guard slot >= 0, slot < count else { return }
        let old = unsafe words[slot].exchange(word.rawValue, ordering: .acquiringAndReleasing)
        if old != word.rawValue { noteChange() }
    }

    /// Makes every reader look at the words again.
    package func noteChange() {
        unsafe changes.pointee.add(1, ordering: .acquiringAndReleasing)
    }
}
