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
    }
}
