import Foundation
import Testing

extension EndToEnd {
    /// Endpoints whose addresses another DNS server tells: a second Sterna, whose zone changes.
    @Suite struct HostTests {
        /// A server of `example.net`, and the site that asks it.
        private func withHosts(
            _ records: String, _ body: (_ site: Site, _ names: Site) async throws -> Void
        ) async throws {
            try await withSite(serving: nil) { names in
                try write(records, at: names, serial: 1)
                try await names.serve(Self.arguments(names))
                try await withSite(serving: nil) { site in
                    try site.edit("sterna.yaml") {
                        $0 + """

                            resolver:
                              servers: ["127.0.0.1:\(names.port)"]
                              timeout: 300ms
                              floor: 100ms
                            """
                    }
                    try site.edit("zones/example.com.yaml") {
                        $0.replacingOccurrences(
                            of: "\nnames:",
                            with: """

                                names:
                                  "@": { ttl: 5, policy: { host: lb.example.net } }
                                  mixed: { policy: { failover: [{ host: nosuch.example.net }, edge-eu] } }
                                """)
                    }
                    try await site.serve()
                    try await body(site, names)
                }
            }
        }

        private static func arguments(_ names: Site) -> [String] {
            [
                "--zone", "example.net=hosts.zone", "--listen", "127.0.0.1:\(names.port)",
                "--state", "state", "--control", "127.0.0.1:\(names.controlPort)",
            ]
        }

        private func write(_ records: String, at names: Site, serial: Int) throws {
            try names.write(
                """
                $TTL 1
                @ SOA ns hostmaster \(serial) 7200 900 1209600 1
                @ NS ns
                ns A 127.0.0.1
                \(records)

                """, to: "hosts.zone")
        }

        private func change(_ names: Site, _ records: String, serial: Int) async throws {
            try write(records, at: names, serial: serial)
            let outcome = try await names.http("POST", "/v1/reload")
            #expect(outcome.code == 200, "\(outcome.body)")
        }

        private func apex(_ site: Site, becomes addresses: [String]) async throws {
            try await eventually("the apex has \(addresses)") {
                try await site.dig("@ A").data == addresses
            }
        }

        /// Addresses from the first answer on, at the apex, without an alias; then whatever happens to the host.
        @Test func aHostIsFollowedAndItsLastGoodAddressesOutliveEverything() async throws {
            try await withHosts("lb A 203.0.113.1\n AAAA 2001:db8::1") { site, names in
                // Resolved before anything was served.
                let first = try await site.dig("@ A")
                #expect(first.answer == ["example.com. 5 A 203.0.113.1"])
                #expect(try await site.dig("@ AAAA").data == ["2001:db8::1"])
                #expect(try await site.dig("@ SOA").status == "NOERROR")
                // A host that is not there leaves its place to the others.
                #expect(try await site.dig("mixed A").data == [site.address(.eu)])

                let generation = try await site.status().imageGeneration
                try await change(
                    names, "lb CNAME pool\npool A 203.0.113.2\npool A 203.0.113.3", serial: 2)
                try await apex(site, becomes: ["203.0.113.2", "203.0.113.3"])
                #expect(try await site.dig("@ AAAA").data == [])
                let status = try await site.status()
                #expect(status.imageGeneration == generation + 1)
                #expect(status.lastReload?.message.hasSuffix("by a patch") == true)

                // Gone, and then only lies: what was good stays.
                try await change(names, "other A 203.0.113.9", serial: 3)
                try await problem(of: site, contains: "NXDOMAIN")
                #expect(try await site.dig("@ A").data == ["203.0.113.2", "203.0.113.3"])
                try await change(names, "lb A 224.0.0.1\nlb A 0.0.0.0", serial: 4)
                try await problem(of: site, contains: "is refused")
                #expect(try await site.dig("@ A").data == ["203.0.113.2", "203.0.113.3"])

                // The resolver dies, and this server with it; the next begins with what the last one knew.
                names.server?.kill(SIGKILL)
                _ = try await names.server?.waitForExit()
                for pid in names.answeringProcesses { kill(pid, SIGKILL) }
                try await problem(of: site, contains: "connection refused")
                site.server?.kill(SIGTERM)
                _ = try await site.server?.waitForExit()
                try await site.serve()
                #expect(try await site.dig("@ A").data == ["203.0.113.2", "203.0.113.3"])
                try await problem(of: site, contains: "connection refused")
                #expect(try await site.dig("@ A").data == ["203.0.113.2", "203.0.113.3"])
            }
        }

        private func problem(of site: Site, contains words: String) async throws {
            try await eventually("the host's problem is '\(words)'") {
                try await site.status().hosts.first { $0.host == "lb.example.net." }?.problem?
                    .contains(words) == true
            }
        }

        /// New addresses are probed before they are given out, and the old ones answer meanwhile.
        @Test func newAddressesAreProbedBeforeTheyAnswer() async throws {
            try await withHosts("lb A 203.0.113.1") { site, names in
                try await site.startCanary(.us)
                try await site.startCanary(.eu)
                try await change(names, "lb A \(site.address(.us))", serial: 2)
                try await apex(site, becomes: [site.address(.us)])
                try site.edit("zones/example.com.yaml") {
                    $0.replacingOccurrences(
                        of: "endpoints:",
                        with: "endpoints:\n  cdn: { host: lb.example.net, monitor: canary }"
                    ).replacingOccurrences(
                        of: "names:",
                        with: "names:\n  checked: { policy: { failover: [cdn, edge-ap] } }")
                }
                #expect(try await site.http("POST", "/v1/reload").code == 200)
                try await eventually("the host is healthy") {
                    try await site.status().verdict("cdn") == "healthy"
                }
                let asker = try SteadyAsker("checked.example.com", port: site.port)
                try await change(
                    names, "lb A \(site.address(.eu))\nlb A \(site.address(.ap))", serial: 3)
                try await eventually("the new address answers") {
                    try await site.dig("checked A").data == [site.address(.eu)]
                }
                let tally = try await asker.stop()
                // Never the address that has no canary, nor the standby.
                #expect(
                    tally.count(of: site.address(.us)) + tally.count(of: site.address(.eu))
                        == tally.answered)
                #expect(tally.lost == 0)
            }
        }

        @Test func aNameThatResolvesToItselfIsRefused() async throws {
            try await withSite(serving: nil) { site in
                try site.edit("zones/example.com.yaml") {
                    $0.replacingOccurrences(
                        of: "\nnames:",
                        with: "\nnames:\n  loop: { policy: { host: loop.example.com } }")
                }
                let result = try await site.sterna(["check", "--config", "sterna.yaml"])
                #expect(result.exitCode == 1)
                #expect(
                    result.output.contains(
                        "name 'loop.example.com.' leads back to itself over hosts: "
                            + "'loop.example.com.' → 'loop.example.com.'"))
            }
        }

        @Test func peopleAndMetricsSeeHosts() async throws {
            try await withHosts("lb A 203.0.113.1") { site, _ in
                let shown = try await site.sterna([
                    "status", "--control", "127.0.0.1:\(site.controlPort)",
                ])
                #expect(shown.output.contains(#/lb\.example\.net\. +203\.0\.113\.1 +\d+ s ago/#))
                #expect(shown.output.contains(#/nosuch\.example\.net\. +- +never .*NXDOMAIN/#))
                let metrics = try await site.http("GET", "/metrics").body
                #expect(
                    metrics.contains(#"sterna_host_addresses{host="lb.example.net."} 1"#))
                #expect(metrics.contains("sterna_hosts_failing 1"))
            }
        }
    }
}
