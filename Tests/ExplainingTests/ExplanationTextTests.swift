import DNSWire
import Explaining
import Foundation
import Health
import TestSupport
import Testing
import Verdicts

/// What people read of the example, word for word.
@Suite struct ExplanationTextTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var name: String
        var type = RRType.a
        var client: String?
        var with: [String] = []
        var site: @Sendable (ExplainedSite) -> Void = { _ in }
    }

    @Test(arguments: [
        Case(testDescription: "weighted", name: "shop"),
        Case(testDescription: "weighted-one-down", name: "shop") {
            $0.report("edge-us", .unhealthy, reason: "connection refused", changeSeconds: 2)
        },
        Case(testDescription: "failover-drained", name: "pay") {
            $0.board.setOverride(
                endpoint: "example.org/edge-us",
                AppliedOverride(
                    .hardDrain, owner: "alice", reason: "new kernel", since: ExplainedSite.now - 60,
                    expires: ExplainedSite.now + 1740))
        },
        Case(testDescription: "all-degraded", name: "api") {
            $0.report("edge-eu", .degraded, reason: "503 over its local path")
        },
        Case(testDescription: "nested-auto", name: "www"),
        Case(testDescription: "nested-all-down", name: "www", with: ["edge-us=down"]) {
            $0.report("edge-eu", .unhealthy)
            $0.report("edge-ap", .unhealthy)
        },
        Case(
            testDescription: "family-down", name: "shop", type: .aaaa, with: ["edge-us=down"]),
        Case(testDescription: "no-such-family", name: "asia", type: .aaaa),
        Case(testDescription: "wildcard", name: "a.b.apps"),
        Case(testDescription: "standby", name: "standby", with: ["cluster:us-east=down"]),
        Case(testDescription: "by-place", name: "near", client: "10.64.1.0/24"),
        Case(testDescription: "name-error", name: "nosuch"),
        Case(testDescription: "no-data", name: "shop", type: .txt),
        Case(testDescription: "not-ours", name: "shop.example.com."),
    ])
    func textsReadAsTheyShould(_ c: Case) throws {
        let site = try ExplainedSite.example()
        c.site(site)
        let name = c.name.hasSuffix(".") ? c.name : c.name + ".example.org."
        let explanation = try site.explain(name, c.type, client: c.client, with: c.with)
        let text = ExplanationText.render(explanation) + "\n"
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Texts/\(c.testDescription).txt")
        #expect(text == (try? String(contentsOf: file, encoding: .utf8)), "\(c.testDescription)")
    }
}
