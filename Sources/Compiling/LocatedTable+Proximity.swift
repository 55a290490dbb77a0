import Geography
import Zones

extension LocatedTable {
    /// By the way to the client: the nearest member, then the next nearest; members that are equally far in
    /// the order of their names.
    ///
    /// A client whose place is unknown gets the default, then the others as written.
    ///
    /// The whole order is exact for up to `Nearness.exactMembers`; of more, the first few are.
    convenience init(
        near members: [MemberPlace], _ locations: ClientLocations
    ) throws(NetworkMapError) {
        let nearness = Nearness(members)
        var numbers = LadderNumbers(nearness.unknown)
        // Places come up for many locations: the same city in several autonomous systems.
        var known: [Coordinates: UInt32] = [:]
        let table = try locations.places.table { location in
            guard let place = location.coordinates else { return 0 }
            if let number = known[place] { return number }
            let number = numbers[nearness.order(from: place)]
            known[place] = number
            return number
        }
        self.init(ladders: numbers.ladders, table: table)
    }
}

extension Location {
    /// Nil where they are not known.
    var coordinates: Coordinates? {
        guard let latitude, let longitude else { return nil }
        return Coordinates(latitude: latitude, longitude: longitude)
    }
}

/// The order of members by distance.
struct Nearness {
    /// Most members whose order is exact throughout: about as many orders as the square of the number of
    /// pairs are possible, and each is written down.
    static let exactMembers = 12
    /// How many members of more stand exactly where their distance puts them.
    static let exactRungs = 4

    private let members: [MemberPlace]
    private let points: [GlobePoint?]
    /// By member: the others by the way from it, itself first.
    private var around: [[Int]] = []

    init(_ members: [MemberPlace]) {
        self.members = members
        points = members.map { member in
            member.location.map {
                GlobePoint(latitude: $0.latitude, longitude: $0.longitude)
            }
        }
        guard members.count > Nearness.exactMembers else { return }
        around = members.indices.map { index in
            guard let point = points[index] else { return unknown }
            return sorted(from: point)
        }
    }

    /// The default, then the others as written.
    var unknown: [Int] {
        members.indices.filter { members[$0].isDefault }
            + members.indices.filter { !members[$0].isDefault }
    }

    /// The members as a client at a place tries them; those whose place is unknown come last, as written.
    func order(from place: Coordinates) -> [Int] {
        let point = GlobePoint(latitude: place.latitude, longitude: place.longitude)
        guard !around.isEmpty else { return sorted(from: point) }
        let ways = self.ways(from: point)
        var first: [(way: Int, member: Int)] = []
        for member in members.indices {
            let candidate = (way: ways[member], member: member)
            let place = first.firstIndex { isAhead(candidate, $0) } ?? first.count
            if place >= Nearness.exactRungs { continue }
            first.insert(candidate, at: place)
            if first.count > Nearness.exactRungs { first.removeLast() }
        }
        let exact = first.map(\.member)
        return exact + around[exact[0]].filter { !exact.contains($0) }
    }

    private func ways(from point: GlobePoint) -> [Int] {
        members.indices.map { index in
            points[index].map { point.metres(to: $0, bias: members[index].bias) } ?? .max
        }
    }

    private func sorted(from point: GlobePoint) -> [Int] {
        let ways = self.ways(from: point)
        return members.indices.sorted { isAhead((ways[$0], $0), (ways[$1], $1)) }
    }

    private func isAhead(_ a: (way: Int, member: Int), _ b: (way: Int, member: Int)) -> Bool {
        if a.way != b.way { return a.way < b.way }
        let (first, second) = (members[a.member].name, members[b.member].name)
        return first == second || a.way == .max ? a.member < b.member : first < second
    }
}
