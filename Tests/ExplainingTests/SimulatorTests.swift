import Compiling
import DNSWire
import Explaining
import Health
import TestSupport
import Testing
import Zones

@Suite struct SimulatorTests {
    /// The example before and after, all its names alike.
    private func simulate(
        _ losses: [String], with: [String] = [], clients: String? = nil, log: [String]? = nil,
        demand: Double? = nil
    ) throws -> Simulation {
        let site = try ExplainedSite.example()
        func side(_ assumptions: [AssumedState]) throws -> (SimulatedSide, VerdictCopy) {
            let copy = VerdictCopy(of: site.verdicts)
            var endpoints = site.endpoints
            for assumption in assumptions { try endpoints.apply(assumption, to: copy.table) }
            return (SimulatedSide(site.memory.image, copy.table, endpoints), copy)
        }
        let assumed = try with.map { try AssumedState($0) }
        let before = try side(assumed)
        let after = try side(assumed + losses.map { try AssumedState(lossOf: $0) })
        let names = site.source.steering.names.map(\.owner)
        let table = try clients.map { try ClientTable(text: $0) }
        var traffic = Traffic(names: names.map { ($0, true) }, clients: table)
        if let log {
            var queries = QueryLog()
            for line in log { queries.take(line) }
            traffic = Traffic(queries, clients: table)
        }
        return withExtendedLifetime((before, after, site)) {
            Simulator(before: before.0, after: after.0, traffic: traffic)
                .run(changes: losses, names: names, demand: demand)
        }
    }

    @Test func nothingLostMovesNothing() throws {
        let simulation = try simulate([])
        #expect(simulation.moved == 0)
        #expect(simulation.lostNames.isEmpty)
        #expect(simulation.changedNames == 0)
        #expect(simulation.endpoints.allSatisfy { $0.share.before == $0.share.after })
        #expect(abs(simulation.endpoints.reduce(0) { $0 + $1.share.before } - 1) < 1e-9)
    }

    @Test func aLostEndpointLeavesItsShareToTheOthers() throws {
        let simulation = try simulate(
            ["edge-us"], log: ["0 192.0.2.1 shop.example.org A", "1 192.0.2.9 pay.example.org A"])
        let shares = Dictionary(
            simulation.endpoints.map { ($0.endpoint, $0.share) }, uniquingKeysWith: { a, _ in a })
        #expect(shares["example.org/edge-us"] == .init(before: 0.875, after: 0))
        #expect(shares["example.org/edge-eu"] == .init(before: 0.125, after: 1))
        #expect(simulation.moved == 0.875)
        #expect(
            simulation.lostNames.map(\.types) == ["AAAA", "AAAA", "AAAA", "AAAA", "AAAA", "AAAA"])
    }

    @Test func namesThatLoseTheirLastEndpointAreListed() throws {
        let simulation = try simulate(["cluster:ap-south"])
        #expect(
            simulation.lostNames == [
                Simulation.NameRow(
                    name: "asia.example.org.", types: "A", text: "answers as whenDown says"),
                // Of clients of whom nothing is known.
                Simulation.NameRow(
                    name: "near.example.org.", types: "A", text: "answers as whenDown says"),
            ])
        #expect(simulation.whileDown.after == 0.25)
    }

    @Test func aClusterBeyondItsCapacityIsTold() throws {
        let log = ["0 192.0.2.1 shop.example.org A"]
        let simulation = try simulate(["edge-us"], log: log, demand: 1000)
        let west = try #require(simulation.clusters.first { $0.cluster == "eu-west" })
        #expect(west.overruns)
        #expect(west.fullAt == 800)
        #expect(
            try simulate(["edge-us"], log: log, demand: 800).clusters.allSatisfy { !$0.overruns })
    }

    @Test func regionsComeFromTheTableOfClients() throws {
        let simulation = try simulate(
            ["edge-eu"], clients: "network,weight,region\n10.0.0.0/16,3,europe\n20.8.0.0/16,1,us\n",
            log: [
                "0 10.0.7.1#5353 near.example.org A", "1 20.8.1.1 near.example.org",
                "2 192.0.2.1 near.example.org A", "x", "3 10.0.7.1 near.example.org TXT",
            ])
        #expect(simulation.regions.map(\.region).sorted() == ["elsewhere", "europe", "us"])
        let europe = try #require(simulation.regions.first { $0.region == "europe" })
        #expect(europe.moved == 1)
        #expect(europe.clusters["eu-west"] == .init(before: 1, after: 0))
        #expect(simulation.notes.count == 2)
    }

    @Test(arguments: [
        ("10.0.0.1/8,1", "line 1 is not NETWORK,WEIGHT or NETWORK,WEIGHT,REGION"),
        ("# only\n10.0.0.0/8,-1", "line 2 is not NETWORK,WEIGHT or NETWORK,WEIGHT,REGION"),
    ])
    func wrongLinesOfATableAreNamed(_ text: String, _ message: String) {
        do {
            _ = try ClientTable(text: text)
            Issue.record("it was taken")
        } catch {
            #expect(error.description == message)
        }
    }

    @Test func thePictureIsOneElementAndEscapesNames() throws {
        let simulation = try simulate(["edge-us"], demand: 1000)
        var odd = simulation
        odd.changes = ["a <b> & \"c\""]
        let picture = SimulationPicture.render(odd)
        #expect(picture.hasPrefix("<svg ") && picture.hasSuffix("</svg>\n"))
        #expect(picture.contains("a &lt;b&gt; &amp; &quot;c&quot;"))
        #expect(picture.split(separator: "<svg").count == 1)
    }
}
