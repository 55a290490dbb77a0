import Health
import Serving
import TestSupport
import Testing

@Suite struct PlaneTests {
    /// What was last known survives both processes.
    @Test func contentSurvivesMappingAgain() throws {
        let folder = try TemporaryFolder()
        do {
            let plane = try Plane(folder: folder.path)
            #expect(plane.generation == 0)
            #expect(plane.adopted == 0)
            #expect(plane.verdicts.count == Plane.slotCount)
            plane.verdicts.store(VerdictWord(.unhealthy, changeSeconds: 7), slot: 0)
            plane.verdicts.store(VerdictWord(.degraded), slot: Plane.slotCount - 1)
            plane.counters(worker: 0).add(.noError)
            plane.counters(worker: Plane.maximumWorkers - 1).add(.ipv6)
            plane.generation = 41
            plane.adopted = 40
        }
        let plane = try Plane(folder: folder.path)
        #expect(plane.generation == 41)
        #expect(plane.adopted == 40)
        #expect(plane.verdicts.load(0) == VerdictWord(.unhealthy, changeSeconds: 7))
        #expect(plane.verdicts.load(1) == VerdictWord(.unchecked))
        #expect(plane.verdicts.load(Plane.slotCount - 1) == VerdictWord(.degraded))
        #expect(plane.total(.noError) == 1)
        #expect(plane.total(.ipv6) == 1)
        #expect(plane.total(.refused) == 0)
    }

    /// Both processes see what either writes.
    @Test func twoMappingsShareMemory() throws {
        let folder = try TemporaryFolder()
        let control = try Plane(folder: folder.path)
        let answering = try Plane(folder: folder.path)
        control.verdicts.store(VerdictWord(.unhealthy), slot: 77)
        control.generation = 3
        answering.adopted = 2
        answering.counters(worker: 1).add(.udpQueries)
        #expect(answering.verdicts.load(77) == VerdictWord(.unhealthy))
        #expect(answering.generation == 3)
        #expect(control.adopted == 2)
        #expect(control.total(.udpQueries) == 1)
    }

    /// A change in one process is one in the other, and so is the start of a process: the one before may
    /// have been killed between a word and the epoch.
    @Test func theEpochIsShared() throws {
        let folder = try TemporaryFolder()
        let answering = try Plane(folder: folder.path)
        let start = answering.verdicts.epoch
        let control = try Plane(folder: folder.path)
        #expect(answering.verdicts.epoch == start + 1)
        control.verdicts.store(VerdictWord(.unhealthy), slot: 9)
        #expect(answering.verdicts.epoch == start + 2)
        #expect(control.generation == 0)
        #expect(control.adopted == 0)
        #expect(control.counters(worker: 0).value(.udpQueries) == 0)
    }

    /// A foreign file or another format is cleared; the offsets are those of magic and version.
    @Test(arguments: [("foreign", 0), ("other version", 8)])
    func whatAnotherVersionLeftIsCleared(_ title: String, _ offset: Int) throws {
        let folder = try TemporaryFolder()
        do {
            let plane = try Plane(folder: folder.path)
            plane.generation = 9
            plane.verdicts.store(VerdictWord(.unhealthy), slot: 4)
            plane.counters(worker: 2).add(.truncated)
        }
        try folder.patch([0xFE], at: offset, in: "plane")
        let plane = try Plane(folder: folder.path)
        #expect(plane.generation == 0)
        #expect(plane.verdicts.load(4) == VerdictWord(.unchecked))
        #expect(plane.total(.truncated) == 0)
        plane.generation = 1
        #expect(try Plane(folder: folder.path).generation == 1)
    }

    @Test func aFileThatIsTooShortIsStretched() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write([1, 2, 3], to: "plane")
        let plane = try Plane(folder: folder.path)
        plane.verdicts.store(VerdictWord(.healthy), slot: Plane.slotCount - 1)
        #expect(plane.verdicts.load(Plane.slotCount - 1) == VerdictWord(.healthy))
    }

    @Test func aFolderThatIsMissingIsAnError() throws {
        let folder = try TemporaryFolder()
        #expect(throws: ImageError.self) { try Plane(folder: folder.path + "/missing") }
    }

    @Test func countersAreSummedOverWorkers() throws {
        let folder = try TemporaryFolder()
        let plane = try Plane(folder: folder.path)
        for worker in 0..<Plane.maximumWorkers {
            for (index, counter) in Counter.allCases.enumerated() {
                for _ in 0...index { plane.counters(worker: worker).add(counter) }
            }
        }
        for (index, counter) in Counter.allCases.enumerated() {
            #expect(plane.total(counter) == UInt64((index + 1) * Plane.maximumWorkers))
            #expect(plane.counters(worker: 5).value(counter) == UInt64(index + 1))
        }
        #expect(Counter.allCases.count * 8 <= CounterPage.bytes)
    }

    @Test func countersOfTheirOwnStartAtZero() {
        let page = CounterPage()
        for counter in Counter.allCases { #expect(page.value(counter) == 0) }
        page.add(.noData)
        #expect(page.value(.noData) == 1)
        #expect(page.value(.referrals) == 0)
    }
}
