import Foundation
import Settings
import Testing

struct KeyTableTests {
    @Test(arguments: SettingsFile.allCases)
    func theSchemaIsJSONWithEveryTopLevelKey(_ file: SettingsFile) throws {
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(jsonSchema(for: file).utf8))
                as? [String: Any])
        #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        #expect(schema["additionalProperties"] as? Bool == false)
        let properties = try #require(schema["properties"] as? [String: Any])
        let steering: Set = ["clusters", "monitors", "endpoints", "policies"]
        let expected: Set =
            file == .zone
            ? steering.union(["names", "clientSubnet"])
            : steering.union([
                "listen", "workers", "zones", "state", "control", "feeds", "edns", "tcp", "udp",
                "pin-workers",
                "chaos", "any", "rate-limit", "access", "confinement", "locations", "latencies",
                "resolver",
                "brake",
            ])
        #expect(Set(properties.keys) == expected)
        let definitions = try #require(schema["$defs"] as? [String: Any])
        #expect(definitions["policy"] != nil)
    }

    @Test(arguments: SettingsFile.allCases)
    func patternsOfTheSchemaAreRegularExpressions(_ file: SettingsFile) throws {
        var pending: [Any] = [
            try JSONSerialization.jsonObject(with: Data(jsonSchema(for: file).utf8))
        ]
        var patterns: Set<String> = []
        while let next = pending.popLast() {
            if let object = next as? [String: Any] {
                if let pattern = object["pattern"] as? String { patterns.insert(pattern) }
                pending += object.values
            } else if let array = next as? [Any] {
                pending += array
            }
        }
        #expect(patterns.count > 5)
        for pattern in patterns { _ = try NSRegularExpression(pattern: pattern) }
    }

    @Test(arguments: SettingsFile.allCases)
    func theManualHasATableForEachObject(_ file: SettingsFile) {
        let manual = keyReference(for: file)
        #expect(manual.contains("### `monitors.NAME`"))
        #expect(manual.contains("| `fall` | an integer from 1 to 100 | `3` | Failures until"))
        #expect(
            manual.contains(
                "| `addresses` | an IPv4 or IPv6 address, or a list of up to 64 |  | IPv4"))
        #expect(manual.contains("### `feeds.NAME`") == (file == .server))
        #expect(manual.contains("### `names.NAME`") == (file == .zone))
    }
}
