import Health
import Serving
import Testing

@Suite struct VerdictTableTests {
    @Test func wordsAreReadAsStored() {
        let table = VerdictTable(privateWords: 5)
        #expect(table.count == 5)
        for slot in 0..<5 { #expect(table.load(slot) == VerdictWord(.unchecked)) }
        for slot in 0..<5 {
            table.store(
                VerdictWord(.degraded, override: .up, changeSeconds: UInt32(slot)), slot: slot)
        }
        for slot in 0..<5 {
            let word = table.load(slot)
            #expect(word.verdict == .degraded)
            #expect(word.override == .up)
            #expect(word.changeSeconds == UInt32(slot))
        }
    }

    /// Whoever keeps what follows from the words has to look again after every change, and only then.
    @Test func theEpochGrowsWithEveryChange() {
        let table = VerdictTable(privateWords: 5)
        let start = table.epoch
        table.store(VerdictWord(.unchecked), slot: 1)
        table.store(VerdictWord(.unhealthy), slot: 5)
        #expect(table.epoch == start)
        table.store(VerdictWord(.unhealthy), slot: 1)
        #expect(table.epoch == start + 1)
        table.store(VerdictWord(.unhealthy), slot: 1)
        #expect(table.epoch == start + 1)
        table.store(VerdictWord(.unhealthy, changeSeconds: 5), slot: 1)
        table.store(VerdictWord(.unhealthy), slot: 4)
        #expect(table.epoch == start + 3)
    }

    /// A slot that does not exist never takes an endpoint out.
    @Test(arguments: [-1, 5, 6, .max, .min])
    func slotsOutsideAreUnchecked(_ slot: Int) {
        let table = VerdictTable(privateWords: 5)
        for inside in 0..<5 { table.store(VerdictWord(.healthy), slot: inside) }
        table.store(VerdictWord(.unhealthy), slot: slot)
        #expect(table.load(slot) == VerdictWord(rawValue: 0))
        for inside in 0..<5 { #expect(table.load(inside) == VerdictWord(.healthy)) }
    }

    /// Every verdict, override, share and time comes back, and unknown bits read as unchecked.
    @Test func wordsHoldAllFourParts() {
        for verdict in Verdict.allCases {
            for override in Override.allCases {
                for seconds in [0, 1, 0xFFFF, 0x1_0000, .max] as [UInt32] {
                    for share in [0, 1, 2, 128, 255, 256, 257, .max] as [UInt32] {
                        let word = VerdictWord(
                            verdict, override: override, share: share, changeSeconds: seconds)
                        #expect(word.verdict == verdict)
                        #expect(word.override == override)
                        #expect(word.share == min(max(share, 1), 256))
                        #expect(word.changeSeconds == min(seconds, 0xFFFF))
                        #expect(word.rawValue & 0xC0 == 0)
                    }
                }
            }
        }
        #expect(VerdictWord(rawValue: 0).share == VerdictWord.wholeShare)
        #expect(VerdictWord(rawValue: 7).verdict == .unchecked)
        #expect(VerdictWord(rawValue: 7 << 3).override == .none)
        #expect(VerdictWord(rawValue: 0) == VerdictWord(.unchecked))
    }
}
