import Testing

extension EndToEnd {
    /// What monitoring systems ask.
    @Suite struct MetricsTests {
        @Test func aServerIsAliveAndReady() async throws {
            try await withSite { site in
                let health = try await site.http("GET", "/healthz")
                #expect(health.code == 200 && health.body == "ok\n")
                let ready = try await site.http("GET", "/readyz")
                #expect(ready.code == 200 && ready.body == "ready\n")
            }
        }

        @Test func everyLineOfTheMetricsFollowsTheFormat() async throws {
            try await withSite(canaries: Region.allCases) { site in
                let text = try await site.http("GET", "/metrics").body
                var types: [Substring: Substring] = [:]
                var samples = 0
                for line in text.split(separator: "\n") {
                    if line.wholeMatch(of: #/# HELP [a-z0-9_]+ \S.*/#) != nil { continue }
                    if let type = line.wholeMatch(of: #/# TYPE ([a-z0-9_]+) (counter|gauge)/#) {
                        #expect(types[type.1] == nil, "\(line)")
                        types[type.1] = type.2
                        continue
                    }
                    let label = #/[a-z_]+="(?:[^"\\]|\\.)*"/#
                    let sample = line.wholeMatch(
                        of: #/([a-z0-9_]+)(?:\{(.*)\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?|NaN|[+-]Inf)/#)
                    let found = try #require(sample, "\(line)")
                    let type = try #require(types[found.1], "\(line)")
                    #expect((type == "counter") == found.1.hasSuffix("_total"), "\(line)")
                    if let labels = found.2 {
                        let parts = labels.matches(of: label).map { String($0.0) }
                        #expect(parts.joined(separator: ",") == labels, "\(line)")
                    }
                    samples += 1
                }
                #expect(samples > types.count)
            }
        }

        @Test func queriesAreCountedOnceEach() async throws {
            try await withSite { site in
                let before = try await counters(site)
                let asked = [
                    ("static A", Path.udp4), ("static A", .tcp4), ("nope A", .udp4),
                    ("asia AAAA", .udp4), ("lab NS", .udp6), ("example.org. A", .tcp6),
                    ("asia A", .udp4),
                ]
                for (question, path) in asked { _ = try await site.dig(question, path) }
                let grown = [
                    #"sterna_queries_total{transport="udp"}"#: 5.0,
                    #"sterna_queries_total{transport="tcp"}"#: 2,
                    #"sterna_responses_total{rcode="NOERROR"}"#: 5,
                    #"sterna_responses_total{rcode="NXDOMAIN"}"#: 1,
                    #"sterna_responses_total{rcode="REFUSED"}"#: 1,
                    "sterna_nodata_total": 1,
                    "sterna_referrals_total": 1,
                    "sterna_ipv6_queries_total": 2,
                    "sterna_edns_queries_total": 7,
                    "sterna_steered_total": 1,
                    "sterna_dropped_total": 0,
                ]
                try await eventually("the counters have grown by what was asked") {
                    let after = try await counters(site)
                    return grown.allSatisfy { (after[$0] ?? -1) - (before[$0] ?? 0) == $1 }
                }
            }
        }

        @Test func probesAndVerdictsAreShown() async throws {
            try await withSite(canaries: [.us]) { site in
                try await site.verdict(of: .eu, becomes: "unhealthy")
                let values = try await counters(site)
                let labels = #"endpoint="example.com/edge-eu",address="\#(site.address(.eu))""#
                #expect(values[#"sterna_endpoint_verdict{\#(labels),verdict="unhealthy"}"#] == 1)
                #expect((values[#"sterna_probes_total{result="passed"}"#] ?? 0) > 0)
                #expect((values[#"sterna_probes_total{result="failed"}"#] ?? 0) > 0)
                #expect(values["sterna_probe_streams"] == 4)
                #expect(values[#"sterna_zone_serial{zone="example.com."}"#] == 2_026_112_201)
                #expect(values["sterna_answering_up"] == 1)
            }
        }

        /// Each sample with its labels, and its value.
        private func counters(_ site: Site) async throws -> [String: Double] {
            let text = try await site.http("GET", "/metrics").body
            var values: [String: Double] = [:]
            for line in text.split(separator: "\n") where !line.hasPrefix("#") {
                guard let space = line.lastIndex(of: " ") else { continue }
                values[String(line[..<space])] = Double(line[line.index(after: space)...])
            }
            return values
        }
    }
}
