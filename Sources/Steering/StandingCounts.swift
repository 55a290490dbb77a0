/// How many members of a node stand in each way.
struct StandingCounts {
    private var counts = SIMD8<UInt16>()

    @inline(__always)
    mutating func add(_ standing: Standing) { counts[Int(standing.rawValue)] &+= 1 }

    @inline(__always)
    subscript(_ standing: Standing) -> Int { Int(counts[Int(standing.rawValue)]) }

    var set: StandingSet {
        var bits: UInt8 = 0
        for index in 0..<8 where counts[index] != 0 { bits |= 1 &<< UInt8(index) }
        return StandingSet(bits: bits)
    }

    static func + (a: StandingCounts, b: StandingCounts) -> StandingCounts {
        var sum = StandingCounts()
        sum.counts = a.counts &+ b.counts
        return sum
    }

    /// Members that have addresses of the family asked for.
    var present: Int {
        self[.out] &+ self[.down] &+ self[.softDrained] &+ up
    }

    /// Members that may answer and that no operator wants emptied.
    var up: Int { self[.healthy] &+ self[.unchecked] &+ self[.unknown] &+ self[.degraded] }

    /// Whether less than the percentage is healthy of the members that something is known of.
    ///
    /// Those that operators took out are none of the trouble, and those that a monitor has not finished
    /// with yet are none either.
    func isPanic(below percent: Int) -> Bool {
        let healthy = self[.healthy] &+ self[.unchecked]
        let known = healthy &+ self[.degraded] &+ self[.down]
        return known > 0 && healthy &* 100 < percent &* known
    }
}
