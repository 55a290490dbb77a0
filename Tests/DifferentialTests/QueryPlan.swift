/// Makes queries about a set of zones: the same ones from the same seed.
struct QueryPlan {
    private let names: [QueryName]
    private var random: SplitMix
    private var number: UInt16 = 0

    /// Labels put in front of names that exist.
    private static let fronts = [
        "a", "www", "*", "_tcp", "x", "nothing", "ns1", "host", "wild", "\u{1}", "zzz", "sub",
    ]
    /// Names that none of the zones hold.
    private static let strange = [
        "", "test", "elsewhere.example", "www.elsewhere.example", "xtest",
    ]

    init(_ zones: ZoneSet, seed: UInt64) throws {
        names = try zones.names()
        random = SplitMix(state: seed)
    }

    /// Every name of the zones with every type.
    mutating func everyNameAndType() -> [Query] {
        names.flatMap { name in RecordTypes.all.map { query(name, $0) } }
    }

    /// Names beside, above and below those of the zones, and strange ones.
    mutating func randomQueries(_ count: Int) -> [Query] {
        (0..<count).map { _ in
            let types = Bool.random(using: &random) ? RecordTypes.common : RecordTypes.all
            return query(nameNearby(), types.randomElement(using: &random) ?? 1)
        }
    }

    private mutating func query(_ name: QueryName, _ type: UInt16) -> Query {
        number &+= 1
        var query = Query(number: number, name: name, type: type)
        if chance(1, of: 3) { query.name = oddCase(name) }
        if chance(2, of: 3) {
            let sizes: [UInt16] = [512, 1232, 1232, 4096, 4096, 0, 100, 700, 65_535]
            query.edns = Query.EDNS(
                bytes: sizes.randomElement(using: &random) ?? 512,
                wantsDNSSEC: chance(1, of: 3))
        }
        query.isRecursionDesired = chance(1, of: 3)
        query.isCheckingDisabled = chance(1, of: 8)
        query.isAuthenticData = chance(1, of: 8)
        return query
    }

    private mutating func nameNearby() -> QueryName {
        guard let name = names.randomElement(using: &random) else { return QueryName("") }
        var other = name
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<5:
            other.labels.insert(front(), at: 0)
        case 5..<8:
            for _ in 0..<Int.random(in: 2...4, using: &random) {
                other.labels.insert(front(), at: 0)
            }
        case 8..<10:
            if !other.labels.isEmpty { other.labels.removeFirst() }
        case 10..<12:
            changeByte(of: &other)
        case 12..<15:
            if !other.labels.isEmpty { other.labels[0] = front() }
        case 15:
            let front = names.randomElement(using: &random)?.labels.first ?? front()
            if !other.labels.isEmpty { other.labels[0] = front }
        case 16:
            lengthen(&other)
        case 17:
            other = QueryName(QueryPlan.strange.randomElement(using: &random) ?? "")
        case 18:
            let front = names.randomElement(using: &random)?.labels ?? []
            other.labels.insert(contentsOf: front, at: 0)
        default:
            break
        }
        return other.isValid ? other : name
    }

    private mutating func front() -> [UInt8] {
        Array((QueryPlan.fronts.randomElement(using: &random) ?? "a").utf8)
    }

    private mutating func changeByte(of name: inout QueryName) {
        guard let label = name.labels.indices.randomElement(using: &random),
            let place = name.labels[label].indices.randomElement(using: &random)
        else { return }
        name.labels[label][place] = UInt8.random(in: 0...255, using: &random)
    }

    /// Puts labels in front until the name is as long as one may be, or nearly so.
    private mutating func lengthen(_ name: inout QueryName) {
        let target = Int.random(in: 230...255, using: &random)
        for _ in 0..<127 {
            let room = target - name.wire.count - 1
            guard room >= 1 else { return }
            let longest = Bool.random(using: &random) ? 63 : 7
            name.labels.insert([UInt8](repeating: 0x6C, count: min(room, longest)), at: 0)
        }
    }

    /// Changes the case of letters at random (the "0x20" of resolvers).
    private mutating func oddCase(_ name: QueryName) -> QueryName {
        QueryName(
            labels: name.labels.map { label in
                label.map { byte in
                    let isLetter = (0x61...0x7A).contains(byte | 0x20)
                    return isLetter && Bool.random(using: &random) ? byte ^ 0x20 : byte
                }
            })
    }

    private mutating func chance(_ part: Int, of whole: Int) -> Bool {
        Int.random(in: 0..<whole, using: &random) < part
    }
}

/// A generator whose numbers a seed decides (splitmix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
