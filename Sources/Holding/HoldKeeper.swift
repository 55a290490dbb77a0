package import Health
package import Serving
import Steering
import Synchronization

/// Keeps the words of holds: of `failover` nodes that do not fail back by themselves, and of policies that
/// answer with what was good last.
///
/// It evaluates policies with the code that answers, on the image that is served, whenever a verdict has
/// changed; `changed` is called right behind the store of each word, by whoever stores it, so that a failure
/// of a moment leaves its mark too. The query path reads the words and does the rest.
///
/// A change costs in proportion to the nodes with holds that have the address below them, not to all.
package final class HoldKeeper: Sendable {
    /// One word and what it is about; the rest is read from the image when it is needed.
    struct Hold {
        var kind: HoldView.Kind
        var slot: Int
        var program: Int
        var node: Int
        var afterSeconds: Int?
    }

    /// A family of a hold.
    struct Half: Hashable {
        var hold: Int
        var isV4: Bool
    }

    /// What a word cannot tell of a family that is held back.
    struct Note {
        var hold: TierHold
        /// Unix seconds; nil: since before this process began.
        var since: Int64?
    }

    struct State: ~Copyable {
        var image: LoadedImage?
        var holds: [Hold] = []
        var index = SlotIndex()
        /// Only of families that are held back, or wait.
        var notes: [Half: Note] = [:]
        var totals = HoldTotals()
        var evaluator = PolicyEvaluator()
        /// What is to be told when the lock is released.
        var changes: [HoldChange] = []
    }

    let state: Mutex<State>
    let words: VerdictTable
    /// Seconds that only ever grow, and those of the calendar.
    let now: @Sendable () -> Int64
    let date: @Sendable () -> Int64
    let onChange: @Sendable (HoldChange) -> Void

    /// Makes a keeper of nothing.
    ///
    /// - Parameters:
    ///   - now: seconds of a clock that is never set.
    ///   - date: Unix seconds.
    ///   - onChange: told of every change; may be called while the caller of `changed` holds a lock.
    package init(
        words: VerdictTable, now: @escaping @Sendable () -> Int64,
        date: @escaping @Sendable () -> Int64,
        onChange: @escaping @Sendable (HoldChange) -> Void = { _ in }
    ) {
        state = Mutex(State())
        self.words = words
        self.now = now
        self.date = date
        self.onChange = onChange
    }

    /// Stores a verdict word, and takes note of it at once, so that a failure of a moment is not overlooked.
    ///
    /// Words of one slot must be stored one after the other.
    package func store(_ word: VerdictWord, slot: Int) {
        let old = words.load(slot)
        words.store(word, slot: slot)
        changed(slot: slot, from: old, to: word)
    }

    /// Takes note of a verdict word that has just been stored.
    package func changed(slot: Int, from old: VerdictWord, to new: VerdictWord) {
        guard old.verdict != new.verdict || old.override != new.override else { return }
        update { state in
            for half in state.index.halves(of: slot) {
                heed(slot, from: old.override, to: new.override, half, &state)
            }
            settle(state.index.halves(of: slot), &state)
        }
    }

    /// Lets back what has been well for long enough; call it every second.
    package func tick() {
        update { state in
            let timed = state.notes.keys.filter { state.holds[$0.hold].afterSeconds != nil }
            if !timed.isEmpty { settle(timed, &state) }
        }
    }

    package func totals() -> HoldTotals { state.withLock { $0.totals } }

    /// Changes the state, and tells of what has changed when the lock is released.
    func update(_ body: (inout sending State) -> Void) {
        let changes = state.withLock { state in
            body(&state)
            defer { state.changes = [] }
            return state.changes
        }
        changes.forEach(onChange)
    }
}

/// Which families of which holds a word decides about.
struct SlotIndex: Sendable {
    /// Slot, number of the hold, and 1 for IPv4, in this order from the highest bit on; sorted.
    private var entries: [UInt64] = []

    init() {}

    init(_ pairs: [(slot: Int, half: HoldKeeper.Half)]) {
        entries = pairs.map { pair in
            UInt64(UInt32(truncatingIfNeeded: pair.slot)) << 32
                | UInt64(UInt32(truncatingIfNeeded: pair.half.hold)) << 1
                | (pair.half.isV4 ? 1 : 0)
        }
        entries.sort()
    }

    /// In the order of the holds.
    func halves(of slot: Int) -> [HoldKeeper.Half] {
        let first = UInt64(UInt32(truncatingIfNeeded: slot)) << 32
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle] < first { low = middle + 1 } else { high = middle }
        }
        return entries[low...].prefix { $0 >> 32 == first >> 32 }.map {
            HoldKeeper.Half(hold: Int($0 >> 1 & 0x7FFF_FFFF), isV4: $0 & 1 == 1)
        }
    }
}
