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

        init(_ zone: Zone, _ qname: Name, _ qtype: RRType) {
            var name = qname
            var aliases: [Name] = []
            while true {
                switch zone.lookup(name, qtype) {
                case .answer(let set, _, _):
                    add(set, of: name)
                    return
                case .cname(let set, let owner, _):
                    // The same alias again: a loop. The bound is the server's own.
                    guard !aliases.contains(owner) else { return }
                    add(set, of: name)
                    aliases.append(owner)
                    guard aliases.count <= 8, let target = set.targets.first else { return }
                    name = target
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
                case .dname:
                    Issue.record("no zone here has a DNAME")
                    return
                }
            }
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
                    try compare(server, zone.zone, name, type, seed)
                }
            }
        }
    }

    private func compare(
        _ server: TestServer, _ zone: Zone, _ name: Name, _ type: RRType, _ seed: UInt64
    ) throws {
        let expected = Expected(zone, name, type)
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
                "seed \(seed): \(name) \(type): \(response), expected \(expected), zone \(zone.owners)"
            )
        }
        // Whatever else is added is in the zone.
        for record in response.additional {
            let set = zone.rrset(record.owner, record.type)
            #expect(set?.rdatas.contains(record.rdata) == true, "seed \(seed): \(name) \(type)")
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
