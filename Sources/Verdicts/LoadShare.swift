package import Health

/// The share of its traffic that a cluster takes so that its load stays within its capacity.
///
/// Load follows a share late: clients and resolvers keep answers for their TTL. A share that is cut by
/// what is reported now, again with every report, falls far too low, and comes back far too high. So the
/// share that traffic follows by now, `followed`, is kept as well, which comes after the share with the
/// time constant of caches:
///
///     demand = load ÷ followed          what would come if the share were whole
///     wanted = 0.95 × capacity ÷ demand
///
/// Too much load moves the share half of the way to what is wanted, at each report. It rises, slowly, only
/// when load is below nine tenths of the capacity; between that and the capacity it stays.
package struct LoadShare: Hashable, Sendable {
    /// The share that a cluster keeps whatever its load: what is less cannot be told in a word.
    package static let least = 1.0 / 256
    /// How fast a share rises: from nothing to the whole in 500 seconds.
    package static let risePerSecond = 0.002
    /// How long caches hold on to answers, in seconds; half a minute to two are common TTLs.
    static let cacheSeconds = 60.0
    /// Where shedding aims at, and below which load the share rises, as parts of the capacity.
    private static let goal = 0.95
    private static let rising = 0.9
    /// How much of the way to a lower share one report goes.
    private static let damping = 0.5

    /// 1/256 to 1.
    package private(set) var share: Double
    /// The share that traffic follows by now.
    package private(set) var followed: Double
    /// Where the share rises to; never below it.
    private var target: Double
    /// Unix seconds up to which time has been accounted for.
    private var time: Int64

    /// Starts from a share that an earlier process left, or from the whole.
    package init(share: Double = 1, at now: Int64) {
        let share = min(max(share, LoadShare.least), 1)
        self.share = share
        followed = share
        target = share
        time = now
    }

    /// In 256ths: 1 to 256.
    package var of256: UInt32 {
        UInt32(min(max((share * 256).rounded(), 1), 256))
    }

    /// Takes a load that was reported just now.
    package mutating func report(_ load: Double, capacity: ClusterCapacity, at now: Int64) {
        pass(to: now)
        let wanted: Double
        let mayRise: Bool
        let mustFall: Bool
        switch capacity {
        case .limit(let limit):
            wanted = load > 0 ? LoadShare.goal * limit * followed / load : 1
            mayRise = load < LoadShare.rising * limit
            mustFall = load > limit
        case .watermarks(let low, let high):
            wanted = 1 - ClusterCapacity.shed(at: load, low: low, high: high)
            mayRise = true
            mustFall = true
        }
        let bounded = min(max(wanted, LoadShare.least), 1)
        if mustFall, bounded < share { share += (bounded - share) * LoadShare.damping }
        target = mayRise ? max(bounded, share) : share
    }

    /// Lets the share rise to the whole: nobody knows the load any more.
    package mutating func forgetLoad(at now: Int64) {
        pass(to: now)
        target = 1
    }

    /// Lets time pass: the share rises towards its target, and traffic follows.
    package mutating func pass(to now: Int64) {
        // A clock that jumped far ahead counts as an hour: everything has settled by then.
        let seconds = Double(min(max(now - time, 0), 3600))
        time = now
        guard seconds > 0 else { return }
        share = min(max(share, target), share + LoadShare.risePerSecond * seconds)
        followed += (share - followed) * seconds / (LoadShare.cacheSeconds + seconds)
    }
}
