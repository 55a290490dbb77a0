import Compiling
import DNSWire
import Serving
import Testing
import Zones

/// The answers from an image against the lookup that is written to be read (RFC 1034 §4.3.2).
@Suite struct ReferenceTests {
    /// What the reference says about a question, aliases followed.
    struct Expected {
        var rcode = RCode.noError
        var isAuthoritative = true
        var answer: Set<DecodedMessage.Record> = []
        var authority: Set<DecodedMessage.Record> = []
        /// Glue that must be there.
        var glue: Set<DecodedMessage.Record> = []

        /// - Parameter zones: the first has the others below it.
        init(_ zones: [Zone], _ qname: Name, _ qtype: RRType) {
            var name = qname
            /// The names that an alias answered.
            var aliases: [Name] = []
            // A name that comes again: a loop. The bound is the server's own.
            while aliases.count <= 8, !aliases.contains(name) {
                let zone = Expected.zone(of: name, qtype, among: zones)
                switch zone.lookup(name, qtype) {
                case .answer(let set, _, _):
                    add(set, of: name)
                    return
                case .cname(let set, _, _):
                    add(set, of: name)
                    aliases.append(name)
                    guard let target = set.targets.first else { return }
                    name = target
                case .dname(let set, let owner):
                    add(set, of: owner)
                    aliases.append(name)
                    guard let target = set.targets.first else { return }
                    let kept = name.labels.dropLast(owner.labelCount)
                    guard let new = try? Name(labels: kept + target.labels) else {
                        rcode = RCode(rawValue: 6)
                        return
                    }
                    let cname = RRset(
                        type: .cname, ttl: set.ttl, rdatas: [new.wire], position: set.position)
                    add(cname, of: name)
                    if qtype == .cname || qtype == .any { return }
                    name = new
                case .delegation(let set, let cut):
                    isAuthoritative = !aliases.isEmpty
                    authority = records(set, of: cut)
                    addGlue(zone, set, cut)
                    return
                case .noData:
                    deny(zone)
                    return
                case .nameError:
                    rcode = .nameError
                    deny(zone)
                    return
                case .notInZone:
                    guard aliases.isEmpty else { return }
                    rcode = .refused
                    isAuthoritative = false
                    return
                }
            }
        }

        /// The nearest zone; for DS at its apex the one above, if that knows a zone cut there.
        private static func zone(of name: Name, _ qtype: RRType, among zones: [Zone]) -> Zone {
            let candidates = zones.filter { name.isAtOrBelow($0.origin) }
                .sorted { $0.origin.labelCount > $1.origin.labelCount }
            guard let nearest = candidates.first else { return zones[0] }
            guard qtype == .ds, nearest.origin == name, candidates.count > 1 else { return nearest }
            let parent = candidates[1]
            if case .delegation = parent.lookup(name, .ns) { return parent }
            return nearest
        }

        private func records(
            _ set: RRset, of owner: Name, ttl: UInt32? = nil
        ) -> Set<DecodedMessage.Record> {
            Set(
                set.rdatas.map {
                    DecodedMessage.Record(
                        owner: owner.lowercased(), type: set.type, rrClass: RRClass.in,
                        ttl: ttl ?? set.ttl, rdata: $0.map(Name.lowercased))
                })
        }

        private mutating func add(_ set: RRset, of owner: Name) {
            answer.formUnion(records(set, of: owner))
        }

        private mutating func deny(_ zone: Zone) {
            let minimum = zone.soa.rdatas[0].suffix(4).reduce(0) { $0 << 8 | UInt32($1) }
            authority = records(zone.soa, of: zone.origin, ttl: min(zone.soa.ttl, minimum))
        }

        private mutating func addGlue(_ zone: Zone, _ servers: RRset, _ cut: Name) {
            for host in servers.targets where host.isAtOrBelow(cut) {
                for type in [RRType.a, .aaaa] {
                    if let set = zone.rrset(host, type) { glue.formUnion(records(set, of: host)) }
                }
            }
        }
    }

    @Test(arguments: 1...UInt64(40))
    func imageAgreesWithTheReference(seed: UInt64) throws {
        #if DEBUG
            let questions = 15
        #else
            let questions = 100
        #endif
        var random = Seeded(seed: seed)
        for _ in 0..<8 {
            let zone = try RandomZone(&random, origin: try Name("example.org."))
            let server = try TestServer([ZoneSource(zone: zone.zone)])
            for _ in 0..<questions {
                let name = try zone.question(&random)
                for type in RandomZone.questionTypes {
                    try compare(server, [zone.zone], name, type, seed)
                }
            }
        }
    }

    /// A zone and one below it, with a delegation or without, and aliases between them.
    @Test(arguments: 1...UInt64(40))
    func nestedZonesAgreeWithTheReference(seed: UInt64) throws {
        #if DEBUG
            let questions = 8
        #else
            let questions = 60
        #endif
        var random = Seeded(seed: seed + 1000)
        for _ in 0..<8 {
            let parent = try RandomZone(&random, origin: try Name("example.org."))
            let origins = ["a", "b", "a.b", "c.a", "b.c.a"].map { $0 + ".example.org." }
            let origin = try Name(origins.randomElement(using: &random) ?? origins[0])
            let child = try RandomZone(&random, origin: origin, reach: parent.zone.origin)
            let zones = [parent.zone, child.zone]
            let server = try TestServer(zones.map { ZoneSource(zone: $0) })
            for _ in 0..<questions {
                let name = try (random.chance(50) ? parent : child).question(&random)
                for type in RandomZone.questionTypes {
                    try compare(server, zones, name, type, seed)
                }
            }
        }
    }

    private func compare(
        _ server: TestServer, _ zones: [Zone], _ name: Name, _ type: RRType, _ seed: UInt64
    ) throws {
        let expected = Expected(zones, name, type)
        let response = try server.answer(Question(name, type), over: .tcp)
        let answer = lowercased(response.answer)
        let additional = lowercased(response.additional)
        let agrees =
            response.rcode == expected.rcode
            && response.isAuthoritative == expected.isAuthoritative && !response.isTruncated
            && Set(answer) == expected.answer && answer.count == expected.answer.count
            && Set(lowercased(response.authority)) == expected.authority
            && response.authority.count == expected.authority.count
            && expected.glue.isSubset(of: additional)
        if !agrees {
            Issue.record(
                "seed \(seed): \(name) \(type): \(response), expected \(expected), zones \(zones.map(\.owners))"
            )
        }
        // Whatever else is added is in the zone, once.
        #expect(Set(response.additional).count == response.additional.count)
        for record in response.additional {
            let isKnown = zones.contains { zone in
                zone.rrset(record.owner, record.type)?.rdatas.contains(record.rdata) ?? false
            }
            #expect(isKnown, "seed \(seed): \(name) \(type)")
        }
    }

    private func lowercased(_ records: [DecodedMessage.Record]) -> [DecodedMessage.Record] {
        records.map { record in
            var record = record
            record.rdata = record.rdata.map(Name.lowercased)
            return record
        }
    }
}
