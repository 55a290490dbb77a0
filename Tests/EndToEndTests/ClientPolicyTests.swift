import Foundation
import Testing

extension EndToEnd {
    /// Names whose answers depend on the client, asked as resolvers do that tell a subnet (RFC 7871).
    @Suite struct ClientPolicyTests {
        private static let names = """
              geo: { policy: { geo: { network:office: edge-eu, default: edge-us } } }
              net: { policy: { subnet: { 198.51.100.0/24: edge-ap, default: edge-us } } }
              sticky: { policy: { hash: [edge-us, edge-eu, edge-ap] } }

            """

        /// The address and the scope of one answer.
        private func ask(
            _ site: Site, _ name: String, _ subnet: String
        ) async throws -> (data: [String], scope: String?) {
            let answer = try await site.dig("\(name) A", options: ["+subnet=\(subnet)"])
            let prefix = "; CLIENT-SUBNET: \(subnet)/"
            let line = answer.comments.first { $0.hasPrefix(prefix) }
            return (answer.data, line.map { String($0.dropFirst(prefix.count)) })
        }

        @Test func theSubnetDecidesAndAChangedListIsTakenUp() async throws {
            try await withSite(canaries: Region.allCases) { site in
                try site.write("192.0.2.0/24 office\n", to: "networks.txt")
                try site.edit("sterna.yaml") { $0 + "\nlocations: { networks: networks.txt }\n" }
                try site.edit("zones/example.com.yaml") {
                    $0.replacing("names:\n", with: "names:\n" + Self.names)
                }
                let reload = try await site.http("POST", "/v1/reload")
                #expect(reload.code == 200, "\(reload.body)")

                let office = try await ask(site, "geo", "192.0.2.0/24")
                #expect(office.data == [site.address(.eu)])
                #expect(office.scope == "24")
                let other = try await ask(site, "geo", "198.51.100.0/24")
                #expect(other.data == [site.address(.us)])
                #expect(other.scope == "6")
                #expect(try await ask(site, "net", "198.51.100.0/24").data == [site.address(.ap)])
                #expect(try await ask(site, "net", "192.0.2.0/24").data == [site.address(.us)])
                let sticky = try await ask(site, "sticky", "192.0.2.0/24")
                #expect(sticky.scope == "24")
                for _ in 0..<5 {
                    #expect(try await ask(site, "sticky", "192.0.2.0/24").data == sticky.data)
                }

                // Verdicts count here as everywhere.
                site.killCanary(.eu)
                try await eventually("the office is sent elsewhere") {
                    try await ask(site, "geo", "192.0.2.0/24").data == [site.address(.us)]
                }

                // Nobody asks for a reload.
                try site.write("198.51.100.0/24 office\n", to: "networks.txt")
                try await site.startCanary(.eu)
                try await eventually("the new list is served") {
                    try await ask(site, "geo", "198.51.100.0/24").data == [site.address(.eu)]
                }
                #expect(try await ask(site, "geo", "192.0.2.0/24").data == [site.address(.us)])

                // A broken list changes nothing and is explained.
                try site.write("198.51.100.1/24 office\n", to: "networks.txt")
                try await eventually("the log says where the fault is") {
                    site.server?.log.contains("networks.txt:1:1: '198.51.100.1/24' has bits")
                        ?? false
                }
                #expect(
                    try await ask(site, "geo", "198.51.100.0/24").data == [site.address(.eu)])
            }
        }

        private static let placedNames = """
              near:
                policy:
                  proximity:
                    - { policy: edge-us, location: [39, -77.5] }
                    - { policy: edge-eu, location: [53.3, -6.3] }
              fast:
                policy:
                  latency:
                    - { policy: edge-us, region: us }
                    - { policy: edge-eu, region: eu }

            """

        @Test func latenciesAndPlacesAreTakenUp() async throws {
            try await withSite(canaries: Region.allCases) { site in
                try site.write("192.0.2.0/24 paris 48.9,2.4\n", to: "networks.txt")
                try site.write("192.0.2.0/24,us,100\n192.0.2.0/24,eu,120\n", to: "latency.csv")
                try site.edit("sterna.yaml") {
                    $0
                        + "\nlocations: { networks: networks.txt }\nlatencies: { file: latency.csv }\n"
                }
                try site.edit("zones/example.com.yaml") {
                    $0.replacing("names:\n", with: "names:\n" + Self.placedNames)
                }
                let reload = try await site.http("POST", "/v1/reload")
                #expect(reload.code == 200, "\(reload.body)")

                #expect(try await ask(site, "near", "192.0.2.0/24").data == [site.address(.eu)])
                #expect(try await ask(site, "near", "198.51.100.0/24").data == [site.address(.us)])
                let fast = try await ask(site, "fast", "192.0.2.0/24")
                #expect(fast.data == [site.address(.us)])

                // Nobody asks for a reload.
                try site.write("192.0.2.0/24,us,100\n192.0.2.0/24,eu,80\n", to: "latency.csv")
                try await eventually("the new table is served") {
                    try await ask(site, "fast", "192.0.2.0/24").data == [site.address(.eu)]
                }
                // The margin is 10 %: this one does not move the client back, the next one shows that it
                // has been read.
                try site.write(
                    "192.0.2.0/24,us,76\n192.0.2.0/24,eu,80\n"
                        + "203.0.113.0/24,us,2\n203.0.113.0/24,eu,1\n",
                    to: "latency.csv")
                try await eventually("the third table is served") {
                    try await ask(site, "fast", "203.0.113.0/24").scope == "24"
                }
                #expect(try await ask(site, "fast", "192.0.2.0/24").data == [site.address(.eu)])

                try site.write("192.0.2.0/24,us,fast\n", to: "latency.csv")
                try await eventually("the log says where the fault is") {
                    site.server?.log.contains("latency.csv:1:17: 'fast' must be milliseconds")
                        ?? false
                }
                #expect(try await ask(site, "fast", "192.0.2.0/24").data == [site.address(.eu)])

                try site.edit("zones/example.com.yaml") { $0 + "\nclientSubnet: false\n" }
                try site.write("192.0.2.0/24,us,70\n192.0.2.0/24,eu,80\n", to: "latency.csv")
                let second = try await site.http("POST", "/v1/reload")
                #expect(second.code == 200, "\(second.body)")
                let ignored = try await ask(site, "near", "192.0.2.0/24")
                #expect(ignored.data == [site.address(.us)])
                #expect(ignored.scope == "0")
            }
        }
    }
}
