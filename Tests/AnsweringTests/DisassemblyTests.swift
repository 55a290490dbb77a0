import Testing

#if DEBUG
    private let isOptimised = false
#else
    private let isOptimised = true
#endif

/// The machine code of the query path counts no references and makes no objects (STYLE §3).
@Suite struct DisassemblyTests {
    private static let forbidden = [
        "swift_retain", "swift_release", "swift_alloc", "swift_slowAlloc", "swift_bridgeObject",
        "swift_dynamicCast", "malloc", "calloc",
    ]

    private func broken(_ graph: CallGraph, from roots: [String]) -> [String] {
        graph.reachable(from: roots).filter { name, _ in
            DisassemblyTests.forbidden.contains { name.hasPrefix($0) }
        }.map { "\($0.value) calls \($0.key)" }.sorted()
    }

    @Test(
        .disabled(
            if: !isOptimised, "unoptimised code counts references: run swift test -c release"),
        .enabled(if: CallGraph.isPossible, "needs objdump, and the object files beside the tests"))
    func answeringCountsNoReferences() throws {
        let graph = try CallGraph(modules: [
            "Answering", "DNSWire", "Health", "Serving", "Steering",
        ])
        let roots = graph.calls.keys.filter { $0.hasPrefix("$s9Answering6answer") }
        #expect(roots.count == 1)
        let reached = graph.reachable(from: roots)
        // It does get to the bottom of things.
        for part in [
            "16ResolvedPoliciesV6answer", "16ResolvedPoliciesV7resolve",
            "15PolicyEvaluatorV10judgeGroup", "15PolicyEvaluatorV4pick",
            "15PolicyEvaluatorV13placeOfClient", "15PolicyEvaluatorV8deciding",
            "12NetworkTableV", "10TreePickerV4pick",
            "10AliasTableV5build", "NameKeyV3set", "12ServerCookieV5judge",
            "12QueryOptionsV4read", "appendSubnet", "appendUnknownKey", "appendHINFOForAny",
        ] {
            #expect(reached.keys.contains { $0.contains(part) }, "\(part)")
        }
        #expect(broken(graph, from: roots) == [])
        // Making a worker's state does allocate, and the search sees that.
        let makers = graph.calls.keys.filter {
            $0.hasPrefix("$s8Steering15PolicyEvaluatorV") && $0.hasSuffix("cfC")
        }
        #expect(!broken(graph, from: makers).isEmpty)
    }
}
