import Foundation
import Testing

extension EndToEnd {
    /// Shares over many answers from a socket, for trees of every kind and clients that queries tell of.
    @Suite struct ShareTests {
        /// How often each endpoint is in the answers to one client, as probabilities.
        private struct Expectation {
            var name: String
            /// The first three bytes of the client's network; nil: the queries say nothing.
            var client: String?
            var shares: [String: Double]

            init(_ name: String, from client: String? = nil, _ shares: [String: Double]) {
                self.name = name
                self.client = client
                self.shares = shares
            }
        }

        /// e7 is degraded and e8 unhealthy; nothing is known to be wrong with the others.
        private static let states = """
            {"endpoints": {"example.com/e7": {"verdict": "degraded"},
                           "example.com/e8": {"verdict": "unhealthy"}}}
            """

        private static let endpoints = (1...8).map { "  e\($0): { addresses: 192.0.2.\($0) }\n" }
            .joined()

        private static let names = """
              t1: { policy: { weighted: { e1: 10, e2: 20, e3: 30 } } }
              t2: { policy: { weighted: { e1: 1, e2: 3, e7: 100, e8: 100 } } }
              t3:
                policy:
                  weighted:
                    - { weight: 2, policy: { failover: [e8, e1] } }
                    - { weight: 1, policy: { weighted: { e2: 1, e3: 4 } } }
                    - { weight: 1, policy: { all: [e4, e5], answers: 1 } }
              t4: { policy: { weighted: { e1: 4, e2: 3, e3: 2, e4: 1 }, answers: 2 } }
              t5: { policy: { all: [e1, e2, e3, e8], answers: 2 } }
              t6:
                policy:
                  failover:
                    - { all: [e8] }
                    - { weighted: { e1: 999, e2: 1 } }
                    - e3
              t7:
                policy:
                  geo:
                    network:office: { weighted: { e1: 1, e2: 1 } }
                    default: { weighted: { e3: 1, e4: 9 } }
              t8:
                policy:
                  subnet:
                    198.51.0.0/16: { weighted: { e1: 3, e2: 1 } }
                    198.51.100.0/24: { weighted: { e8: 1, e3: 0 } }
                    203.0.113.0/24: e8
                    default: { weighted: { e4: 1, e5: 1, e6: 2 } }
              t9: { policy: { weighted: { e8: 5, e1: 0, e2: 0 } } }
              t10:
                policy:
                  all:
                    - { weighted: { e1: 1, e2: 2 } }
                    - { weighted: { e3: 5, e4: 3 } }
                    - { failover: [e7, e8] }
              t11:
                policy:
                  weighted:
                    - weight: 3
                      policy: { geo: { network:office: { failover: [e8, e2] }, default: e3 } }
                    - { weight: 2, policy: { subnet: { 192.0.2.0/24: e4, default: { all: [e5, e6], answers: 1 } } } }
              t12: { policy: { hash: { e1: 1, e2: 1, e3: 1 } } }

            """

        /// Of two drawn by weight without replacement: the chance that each is among them.
        private static func drawnTwice(_ weights: [String: Double]) -> [String: Double] {
            let sum = weights.values.reduce(0, +)
            return weights.reduce(into: [:]) { result, own in
                let second = weights.filter { $0.key != own.key }.values
                    .reduce(0) { $0 + $1 / sum * own.value / (sum - $1) }
                result[own.key] = own.value / sum + second
            }
        }

        private static let expectations: [Expectation] = [
            Expectation("t1", ["e1": 1.0 / 6, "e2": 2.0 / 6, "e3": 3.0 / 6]),
            Expectation("t2", ["e1": 0.25, "e2": 0.75]),
            Expectation("t3", ["e1": 0.5, "e2": 0.05, "e3": 0.2, "e4": 0.125, "e5": 0.125]),
            Expectation("t4", drawnTwice(["e1": 4, "e2": 3, "e3": 2, "e4": 1])),
            Expectation("t5", ["e1": 2.0 / 3, "e2": 2.0 / 3, "e3": 2.0 / 3]),
            Expectation("t6", ["e1": 0.999, "e2": 0.001]),
            Expectation("t7", from: "10.1.2", ["e1": 0.5, "e2": 0.5]),
            Expectation("t7", from: "10.2.2", ["e3": 0.1, "e4": 0.9]),
            Expectation("t8", from: "198.51.7", ["e1": 0.75, "e2": 0.25]),
            Expectation("t8", from: "198.51.100", ["e3": 1]),
            Expectation("t8", from: "203.0.113", ["e4": 0.25, "e5": 0.25, "e6": 0.5]),
            Expectation("t9", ["e1": 0.5, "e2": 0.5]),
            Expectation("t10", ["e1": 1.0 / 3, "e2": 2.0 / 3, "e3": 5.0 / 8, "e4": 3.0 / 8]),
            Expectation("t11", from: "10.1.2", ["e2": 0.6, "e5": 0.2, "e6": 0.2]),
            Expectation("t11", from: "192.0.2", ["e3": 0.6, "e4": 0.4]),
        ]

        private static let count = 100_000

        @Test func everyTreeKeepsItsSharesOverAHundredThousandAnswers() async throws {
            try await withSite { site in
                try site.write(Self.states, to: "zones/feeds/drills.json")
                try site.write("10.1.0.0/16 office\n", to: "networks.txt")
                try site.edit("sterna.yaml") { $0 + "\nlocations: { networks: networks.txt }\n" }
                try site.edit("zones/example.com.yaml") {
                    $0.replacing("endpoints:\n", with: "endpoints:\n" + Self.endpoints)
                        .replacing("names:\n", with: "names:\n" + Self.names)
                }
                let reload = try await site.http("POST", "/v1/reload")
                #expect(reload.code == 200, "\(reload.body)")
                try await eventually("the feed has spoken") {
                    let status = try await site.status()
                    return status.verdict("e8") == "unhealthy"
                        && status.verdict("e7") == "degraded"
                }
                for expectation in Self.expectations { try await check(expectation, site) }
                try await checkThatClientsStay(site)
            }
        }

        private func check(_ expectation: Expectation, _ site: Site) async throws {
            let tally = try await SteadyAsker(
                "\(expectation.name).example.com", port: site.port, count: Self.count, window: 64,
                subnet: expectation.client
            ).finish()
            let about = "\(expectation.name) from \(expectation.client ?? "anywhere")"
            #expect(tally.lost == 0 && tally.wrong == 0, "\(about)")
            for number in 1...8 {
                let share = expectation.shares["e\(number)"] ?? 0
                let seen = Double(tally.count(of: "192.0.2.\(number)"))
                // Five standard deviations: wrong once in two million tries.
                let bound = 5 * (Double(Self.count) * share * (1 - share)).squareRoot()
                #expect(
                    abs(seen - share * Double(Self.count)) <= bound,
                    "\(about): e\(number) in \(seen) answers, expected a share of \(share)")
            }
        }

        /// By hash, each client has one answer, and all members have clients.
        private func checkThatClientsStay(_ site: Site) async throws {
            var members: Set<UInt32> = []
            for network in 0..<24 {
                let tally = try await SteadyAsker(
                    "t12.example.com", port: site.port, count: 1000, window: 64,
                    subnet: "172.16.\(network)"
                ).finish()
                #expect(tally.lost == 0 && tally.wrong == 0 && tally.addresses.count == 1)
                members.formUnion(tally.addresses.keys)
            }
            #expect(members.count == 3)
        }
    }
}
