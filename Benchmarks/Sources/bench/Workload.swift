import Load

/// What is measured, in the order of the table.
enum Workload: String, CaseIterable {
    case w1 = "W1"
    case w2 = "W2"
    case w2Big = "W2_big"
    case w2Failover = "W2_failover"
    case w3 = "W3"
    case w4 = "W4"
    case w4Pipelined = "W4_pipe"
    case w5 = "W5"
    case w6 = "W6"
    case w7 = "W7"
    case w7Big = "W7_big"
    case w8 = "W8"
    case w9 = "W9"
    case overload
    case paced
    case half
    case change
    case instructions

    var summary: String {
        switch self {
        case .w1: "10,000 names, A and AAAA, all exist"
        case .w2: "1,000 names, weighted over 3 endpoints with health"
        case .w2Big: "the same over 60 endpoints"
        case .w2Failover: "1,000 names, the first healthy of 3 endpoints"
        case .w3: "random names that do not exist"
        case .w4: "TCP, one query a connection"
        case .w4Pipelined: "TCP, 16 connections, 16 queries outstanding on each"
        case .w5: "one zone of a million names"
        case .w6: "10,000 small zones"
        case .w7: "client subnet to data centre, 26,000 networks"
        case .w7Big: "the same of 500,000 networks"
        case .w8: "reload of a zone of 100,000 names under load, one record changed"
        case .w9: "a signed zone; not yet, see Workload.swift"
        case .overload: "W1 sent as fast as can be, whether answers come or not"
        case .paced: "W1 at a steady rate: latency, and CPU when not saturated"
        case .half: "W1 at half the rate of saturation, which needs W1: latency"
        case .change: "a verdict changes: until the last stale answer"
        case .instructions: "user instructions and system calls by valgrind"
        }
    }

    /// What the servers load for it; nil: it is not asked at saturation, or not there yet.
    ///
    /// W9 gets its data here once the product signs: a case of `DataSet`, its questions below, and in
    /// each server what it takes to configure it.
    var dataSet: DataSet? {
        switch self {
        case .w1, .w3, .w4, .w4Pipelined, .overload, .paced, .half: .hosts
        case .w2, .w2Big, .w2Failover, .change, .instructions: .steered
        case .w5: .million
        case .w6: .manyZones
        case .w8: .bulk
        case .w7: .located
        case .w7Big: .locatedBig
        case .w9: nil
        }
    }

    /// Why there is nothing to measure yet.
    var missing: String? {
        switch self {
        case .w9: "W9 is not measured: Sterna does not sign yet"
        default: nil
        }
    }

    /// Whether the answers are chosen among endpoints.
    var isSteered: Bool {
        switch self {
        case .w2, .w2Big, .w2Failover, .w7, .w7Big: true
        default: false
        }
    }

    /// Whether a server that steers is able to answer it.
    func suits(_ server: ServerName) -> Bool {
        switch self {
        // Knot does not know which endpoints are healthy.
        case .w2Failover: server != .knot
        // Half a million networks are a configuration of 30 MB there.
        case .w7Big: server != .knot
        default: true
        }
    }

    /// Whether it is asked as fast as answers come.
    var isSaturating: Bool {
        switch self {
        case .w1, .w2, .w2Big, .w2Failover, .w3, .w4, .w4Pipelined, .w5, .w6, .w7, .w7Big: true
        default: false
        }
    }

    var isTCP: Bool { self == .w4 || self == .w4Pipelined }

    /// The questions asked, in random order from a fixed seed.
    func questions() -> [Question] {
        var random = SeededGenerator(seed: 20_261_122)
        let questions: [Question] =
            switch self {
            case .w1, .w4, .w4Pipelined, .w9, .overload, .paced, .half, .change, .instructions:
                HostZone.hosts.questions(type: .a) + HostZone.hosts.questions(type: .aaaa)
            case .w2: Steering.questions(prefix: "w", endpoints: 3)
            case .w2Big: Steering.questions(prefix: "b", endpoints: 60)
            case .w2Failover: Steering.failoverQuestions
            case .w3: HostZone.hosts.missing(count: 100_000, using: &random)
            case .w5: HostZone.million.sample(count: 400_000, using: &random)
            case .w6: ManyZones.questions()
            case .w7: ClientNetworks.few.questions(using: &random)
            case .w7Big: ClientNetworks.many.questions(using: &random)
            case .w8: HostZone.bulk.questions(type: .a)
            }
        return questions.shuffled(using: &random)
    }
}

/// Repeatable random numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
