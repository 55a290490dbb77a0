import DNSWire
import Resolving
import Testing

/// What becomes of a host's addresses and of the time until it is asked for again.
@Suite struct HostRecordTests {
    private static let options = ResolverOptions(
        servers: [], floor: .seconds(5), ceiling: .seconds(600))
    private static let one = HostReply.addresses(addresses("192.0.2.1"), ttl: 60, note: nil)
    private static let two = HostReply.addresses(
        addresses("192.0.2.1", "192.0.2.2"), ttl: 30, note: nil)
    private static let six = HostReply.addresses(addresses("2001:db8::1"), ttl: 90, note: nil)

    private static func moment(_ seconds: Int64) -> HostMoment {
        HostMoment(uptime: .seconds(seconds), unix: 1_800_000_000 + seconds)
    }

    /// A host, known since second 0 to have one address of each family.
    private func known() throws -> HostRecord {
        var record = HostRecord(try Name("lb.example.net"), now: Self.moment(0))
        #expect(take(&record, Self.one, Self.six, at: 0))
        return record
    }

    @discardableResult
    private func take(
        _ record: inout HostRecord, _ v4: HostReply, _ v6: HostReply, at second: Int64,
        jitter: Double = 0
    ) -> Bool {
        record.take(
            v4: v4, v6: v6, now: Self.moment(second), options: Self.options, jitter: jitter)
    }

    @Test func aNewHostIsDueAtOnceAndHasNoAddresses() throws {
        let record = HostRecord(try Name("lb.example.net"), now: Self.moment(7))
        #expect(record.nextRefresh == .seconds(7))
        #expect(record.addresses.isEmpty && record.lastGood == nil)
    }

    @Test(arguments: [
        (UInt32(0), Int64(5)), (4, 5), (60, 60), (600, 600), (86400, 600),
    ])
    func refreshesFollowTheTTLWithinFloorAndCeiling(ttl: UInt32, wait: Int64) throws {
        var record = HostRecord(try Name("lb.example.net"), now: Self.moment(0))
        take(&record, .addresses(addresses("192.0.2.1"), ttl: ttl, note: nil), .noData, at: 100)
        #expect(record.nextRefresh == .seconds(100 + wait))
        #expect(record.ttl == ttl)
    }

    @Test func theShorterTTLOfBothFamiliesCounts() throws {
        #expect(try known().nextRefresh == .seconds(60))
    }

    @Test func jitterIsATenthAndOnlyLater() throws {
        var record = try known()
        take(&record, Self.one, Self.six, at: 100, jitter: 1)
        #expect(record.nextRefresh == .seconds(166))
        take(&record, Self.one, Self.six, at: 100, jitter: 0.5)
        #expect(record.nextRefresh == .seconds(163))
    }

    @Test func anotherOrderIsNoChange() throws {
        var record = try known()
        #expect(take(&record, Self.two, Self.six, at: 60))
        #expect(!take(&record, Self.two, Self.six, at: 120))
    }

    struct Failure: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let v4: HostReply
        let v6: HostReply
        let problem: String
    }

    @Test(arguments: [
        Failure(
            testDescription: "SERVFAIL", v4: .failed("SERVFAIL"), v6: .failed("SERVFAIL"),
            problem: "A: SERVFAIL"),
        Failure(
            testDescription: "timeout of one family", v4: .noData, v6: .failed("no answer"),
            problem: "AAAA: no answer"),
        Failure(
            testDescription: "NXDOMAIN", v4: .nameError, v6: .nameError, problem: "A: NXDOMAIN"),
        Failure(
            testDescription: "empty", v4: .noData, v6: .noData,
            problem: "the name has no addresses"),
    ])
    func failuresKeepTheLastGoodAddresses(_ failure: Failure) throws {
        var record = try known()
        for round in 1...50 as ClosedRange<Int64> {
            #expect(!take(&record, failure.v4, failure.v6, at: 1000 * round))
        }
        #expect(record.addresses == addresses("192.0.2.1", "2001:db8::1"))
        #expect(record.lastGood == 1_800_000_000)
        #expect(record.failures == 50)
        #expect(record.problem == failure.problem)
        #expect(!take(&record, Self.one, Self.six, at: 99_000))
        #expect(record.problem == nil && record.failures == 0)
        #expect(record.lastGood == 1_800_099_000)
    }

    @Test func retriesComeAfterTheFloorAndThenLessAndLessOften() throws {
        var record = try known()
        var waits: [Duration] = []
        for _ in 0..<6 {
            take(&record, .failed("SERVFAIL"), .noData, at: 1000)
            waits.append(record.nextRefresh - .seconds(1000))
        }
        #expect(waits == [5, 10, 20, 40, 60, 60].map { .seconds($0) })
    }

    @Test func oneFamilyMayFailWhileTheOtherChanges() throws {
        var record = try known()
        #expect(take(&record, Self.two, .failed("SERVFAIL"), at: 60))
        #expect(record.addresses == addresses("192.0.2.1", "192.0.2.2", "2001:db8::1"))
        #expect(record.problem == "AAAA: SERVFAIL")
        #expect(record.nextRefresh == .seconds(65))
        #expect(record.lastGood == 1_800_000_060)
    }

    @Test func aFamilyEndsWhereTheOtherGoesOn() throws {
        var record = try known()
        #expect(take(&record, Self.one, .noData, at: 60))
        #expect(record.addresses == addresses("192.0.2.1"))
        #expect(record.problem == nil)
        #expect(record.nextRefresh == .seconds(120))
        #expect(take(&record, .noData, Self.six, at: 120))
        #expect(record.addresses == addresses("2001:db8::1"))
    }

    @Test func whatWasLeftOutIsSaidAndIsNoFailure() throws {
        var record = try known()
        take(
            &record, .addresses(addresses("192.0.2.1"), ttl: 60, note: "0.0.0.0 is refused"),
            Self.six, at: 60)
        #expect(record.problem == "A: 0.0.0.0 is refused")
        #expect(record.failures == 0)
        #expect(record.nextRefresh == .seconds(120))
    }

    // MARK: Tables

    private func table(_ names: String...) throws -> HostTable {
        var table = HostTable()
        table.add(Set(try names.map { try Name($0) }), now: Self.moment(0))
        return table
    }

    @Test func hostsAreAskedForOneAtATimeEach() throws {
        var table = try table("a.example", "b.example", "c.example")
        let first = table.due(now: Self.moment(0), limit: 2)
        #expect(first.count == 2)
        #expect(table.due(now: Self.moment(0), limit: 2).isEmpty)
        _ = table.take(
            first[0], v4: Self.one, v6: .noData, now: Self.moment(0), options: Self.options,
            jitter: 0)
        let next = table.due(now: Self.moment(0), limit: 2)
        #expect(next.count == 1 && !first.contains(next[0]))
        #expect(table.unknown == 2)
    }

    @Test func hostsThatLeaveAreForgottenAndLateAnswersWithThem() throws {
        var table = try table("a.example", "b.example")
        _ = table.due(now: Self.moment(0), limit: 2)
        table.keep(only: [try Name("b.example")])
        let late = table.take(
            try Name("a.example"), v4: Self.one, v6: .noData, now: Self.moment(1),
            options: Self.options, jitter: 0)
        #expect(!late)
        #expect(Array(table.records.keys) == [try Name("b.example")])
    }

    @Test func whatIsKeptIsWhatTheNextRunBeginsWith() throws {
        var table = try table("A.example", "b.example")
        _ = table.take(
            try Name("a.example"), v4: Self.two, v6: Self.six, now: Self.moment(9),
            options: Self.options, jitter: 0)
        let kept = table.kept
        #expect(kept.map(\.host) == ["a.example."])
        var next = try self.table("a.example")
        next.restore(
            kept + [KeptHost(host: "gone.example.", addresses: ["192.0.2.9"], resolved: 1)],
            now: Self.moment(0))
        let record = try #require(next.records[try Name("a.example")])
        #expect(record.addresses == addresses("192.0.2.1", "192.0.2.2", "2001:db8::1"))
        #expect(record.lastGood == 1_800_000_009)
        #expect(record.nextRefresh == .zero)
        #expect(next.unknown == 0)
    }

    @Test func rubbishThatWasKeptIsLeftOut() throws {
        var table = try table("a.example")
        table.restore(
            [
                KeptHost(host: "a..example", addresses: ["192.0.2.1"], resolved: 1),
                KeptHost(
                    host: "a.example.", addresses: ["nonsense", "0.0.0.0", "192.0.2.1"],
                    resolved: 1),
            ], now: Self.moment(0))
        #expect(table.records.values.first?.addresses == addresses("192.0.2.1"))
    }

    @Test func aTableHoldsSoManyHostsAndNoMore() throws {
        var table = HostTable()
        let names = try (0..<10_500).map { try Name("h\($0).example") }
        table.add(Set(names), now: Self.moment(0))
        #expect(table.records.count == HostTable.maximumHosts)
    }
}
