import DNSWire
import Explaining
import Health
import Testing

@Suite struct AssumptionTests {
    @Test(arguments: [
        ("edge-us", "write TARGET=STATE, as in edge-us=down"),
        ("edge-us=gone", "'gone' is no state; known are \(AssumedState.words)"),
        ("feed:robots=down", "a feed can be lost, and nothing else: feed:robots=lost"),
        ("=down", "'' names nothing"),
        ("cluster:=down", "'cluster:' names nothing"),
    ])
    func wrongWordsAreNamed(_ text: String, _ message: String) {
        #expect(throws: (any Error).self) { try AssumedState(text) }
        do {
            _ = try AssumedState(text)
        } catch {
            #expect(error.description == message)
        }
    }

    @Test(arguments: [
        ("edge-xx=down", "there is no endpoint 'edge-xx'"),
        ("cluster:mars=down", "no endpoint is in cluster 'mars'"),
        ("region:mars=down", "no endpoint is in a cluster of region 'mars'"),
        ("pay@us-east=down", "'pay@us-east' is about another name than the one explained"),
    ])
    func unknownTargetsAreNamed(_ text: String, _ message: String) throws {
        let site = try ExplainedSite.example()
        var endpoints = site.endpoints
        let state = try AssumedState(text)
        do {
            try endpoints.apply(state, to: site.verdicts, names: ["shop"])
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.description == message)
        }
    }

    @Test(arguments: [
        "edge-us=down", "example.org/edge-us=down", "cluster:us-east=drained",
        "region:us-east-1=unhealthy", "shop@us-east=down",
    ])
    func everyTargetTakesItsEndpointsOut(_ text: String) throws {
        let site = try ExplainedSite.example()
        let copy = site.verdicts
        var endpoints = site.endpoints
        try endpoints.apply(AssumedState(text), to: copy, names: ["shop"])
        let explanation = site.explainer(endpoints, copy).explain(
            .init(try Name("shop.example.org."), .a, client: nil))
        #expect(explanation.response.addresses.map(\.address) == ["127.0.0.12"])
    }

    @Test(arguments: [
        ("2027-01-15T08:00:00Z", 1_800_000_000), ("+10m", 1_800_000_600), ("-90s", 1_799_999_910),
        ("+0s", 1_800_000_000), ("+366d", 1_831_622_400),
    ])
    func momentsAreRead(_ text: String, _ time: Int64) throws {
        let request = try ExplainRequest(
            name: "a", type: nil, client: nil, with: [], at: text, now: 1_800_000_000)
        #expect(request.time == time)
    }

    @Test(arguments: ["10m", "+10", "yesterday", "+367d", "1999-01-01T00:00:00Z", "+-5m"])
    func otherMomentsAreRefused(_ text: String) {
        #expect(throws: AssumptionError.self) {
            _ = try ExplainRequest(
                name: "a", type: nil, client: nil, with: [], at: text, now: 1_800_000_000)
        }
    }
}
