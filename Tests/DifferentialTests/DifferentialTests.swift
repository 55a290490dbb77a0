import Testing

/// Sterna, NSD and Knot are asked the same; Sterna must agree with one of them.
@Suite(.serialized)
struct DifferentialTests {
    /// Most differences shown; all are counted.
    private static let shown = 40
    private static let seed: UInt64 = 0x5EED_0003

    @Test(arguments: ZoneSet.allCases)
    func responsesAreThoseOfNSDOrKnot(_ zones: ZoneSet) throws {
        let trio = try Trio(zones)
        var plan = try QueryPlan(zones, seed: DifferentialTests.seed)
        var comparison = Comparison()
        let datagrams = plan.everyNameAndType() + plan.randomQueries(8000)
        comparison.compare(
            datagrams, isStream: false, replies: try trio.ask { try $0.overUDP(datagrams) })
        let streams = plan.randomQueries(4000)
        comparison.compare(
            streams, isStream: true, replies: try trio.ask { try $0.overTCP(streams) })

        print("zones '\(zones)', seed \(DifferentialTests.seed): \(comparison.summary)")
        for server in Server.allCases { #expect(trio.lastWords(of: server) == nil) }
        #expect(comparison.queries > 10_000)
        #expect(
            comparison.unexplained.count == 0, "\n\(comparison.report(DifferentialTests.shown))")
        let broken = comparison.broken.prefix(DifferentialTests.shown)
        #expect(comparison.broken.count == 0, "\n\(broken.joined(separator: "\n\n"))")
    }
}
