import Geography
import Zones

extension LocatedTable {
    /// By latency: for each member what the most specific row about the client says, its network before its
    /// place; the lowest first.
    ///
    /// Members that no row is about come after those, by distance where the place of
    /// the client is known, else as written with the default first.
    ///
    /// - Parameter earlier: the orders that served before, see `LatencyHistory`.
    convenience init(
        fast members: [MemberPlace], _ rows: LatencyRows, _ locations: ClientLocations,
        after earlier: LatencyHistory.Orders?
    ) throws(NetworkMapError) {
        let order = LatencyOrder(members: members, hysteresis: rows.table.hysteresis)
        let callings = members.map(rows.places)
        var vectors = LatencyVectors()
        let networks = rows.networks(to: callings, &vectors)
        var clients = ClientKinds(rows, callings, Nearness(members))
        let outside = clients.number(of: Location())
        let kinds = locations.places.locations.map { clients.number(of: $0) }
        let places = locations.places.map.projected { value in
            value < kinds.count ? kinds[Int(value)] : NetworkMap.none
        }
        let both = networks.combined(places) { network, place in
            let place = place == NetworkMap.none ? outside : place
            return network == NetworkMap.none
                ? place : clients.number(of: place, over: vectors.all[Int(network)])
        }

        func ladder(_ kind: UInt32, _ before: UInt32) -> [Int] {
            let earlier = earlier.flatMap { orders in
                before < orders.ladders.count ? orders.ladders[Int(before)] : nil
            }
            return order.ladder(of: clients.all[Int(kind)], after: earlier)
        }
        var numbers = LadderNumbers(ladder(outside, 0))
        var known: [UInt64: UInt32] = [:]
        func number(_ kind: UInt32, _ before: UInt32) -> UInt32 {
            let kind = kind == NetworkMap.none ? outside : kind
            let pair = UInt64(kind) << 32 | UInt64(before)
            if let number = known[pair] { return number }
            let number = numbers[ladder(kind, before)]
            known[pair] = number
            return number
        }
        let map =
            earlier.map { both.combined($0.map, number) } ?? both.projected { number($0, 0) }
        let table = try map.table(outside: 0, mixed: .largestPart)
        self.init(
            ladders: numbers.ladders, table: table,
            orders: .init(map: map.withoutEntries, ladders: numbers.ladders))
    }
}

/// Clients that are the same to one `latency` node, as numbers.
private struct ClientKinds {
    private(set) var all: [LatencyOrder.Client] = []
    private var numbers: [LatencyOrder.Client: UInt32] = [:]
    private var overlaid: [UInt64: UInt32] = [:]
    private var orders: [Coordinates: [Int]] = [:]

    private let rows: LatencyRows
    private let callings: [[UInt32]]
    private let nearness: Nearness

    init(_ rows: LatencyRows, _ callings: [[UInt32]], _ nearness: Nearness) {
        self.rows = rows
        self.callings = callings
        self.nearness = nearness
    }

    /// Of what is known about a place.
    mutating func number(of location: Location) -> UInt32 {
        number(
            of: LatencyOrder.Client(
                vector: rows.vector(of: location, to: callings), fallback: order(from: location)))
    }

    /// Of a network at a place: the place tells what the network's rows do not.
    mutating func number(of place: UInt32, over network: LatencyVector) -> UInt32 {
        var client = all[Int(place)]
        for index in network.indices where network[index] != LatencyVectors.unknown {
            client.vector[index] = network[index]
        }
        return number(of: client)
    }

    private mutating func number(of client: LatencyOrder.Client) -> UInt32 {
        var client = client
        // Who needs no distance is not told apart by it.
        if !client.vector.contains(LatencyVectors.unknown) { client.fallback = [] }
        if let number = numbers[client] { return number }
        let number = UInt32(all.count)
        all.append(client)
        numbers[client] = number
        return number
    }

    private mutating func order(from location: Location) -> [Int] {
        guard let place = location.coordinates else { return nearness.unknown }
        if let order = orders[place] { return order }
        let order = nearness.order(from: place)
        orders[place] = order
        return order
    }
}
