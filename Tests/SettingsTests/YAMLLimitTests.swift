import Settings
import Testing

struct YAMLLimitTests {
    @Test(arguments: [
        BrokenCase(
            "unclosed list", "listen: [a, b",
            "s.yaml:2:1: did not find expected ',' or ']', while parsing a flow sequence that starts at 1:9"
        ),
        BrokenCase(
            "key twice", "state: a\nworkers: 1\nstate: b", "s.yaml:1:1: key 'state' is given twice"),
        BrokenCase(
            "key twice in two spellings", "zones: { 1: a, \"1\": b }",
            "s.yaml:1:16: key '1' is given twice"),
        BrokenCase("a list as key", "[a, b]: c", "s.yaml:1:1: a key must be text"),
        BrokenCase(
            "two documents", "state: a\n---\nstate: b",
            "s.yaml:2:1: but found another document, expected a single document in the stream that starts at 1:1"
        ),
        BrokenCase("undefined alias", "state: *a", "s.yaml:1:8: found undefined alias"),
        BrokenCase(
            "control character", "state: a\nworkers: \u{7}",
            "s.yaml:2:10: control characters are not allowed"),
        BrokenCase(
            "an unquoted wildcard", "zones: { *.apps: x }",
            "s.yaml:1:11: a text that starts with '*' must stand in quotes, as in \"*.apps\""),
        BrokenCase(
            "a tab", "tcp:\n\tidle: 1s",
            "s.yaml:2:1: found character that cannot start any token, while scanning for the next token that starts at 2:1"
        ),
    ])
    func mistakesInYAMLHaveTheirPlace(_ broken: BrokenCase) {
        #expect(SettingsFixture.findings(inServer: broken.text) == broken.findings)
    }

    @Test(arguments: ["[", "{", "- ", "? ", "{a: ", "[[", "a: [", "!x ["])
    func deepNestingIsRefused(_ opening: String) {
        for count in [70, 5000, 200_000] {
            let findings = SettingsFixture.findings(
                inServer: String(repeating: opening, count: count))
            #expect(findings.count == 1)
        }
        #expect(
            SettingsFixture.findings(
                inServer: "state: " + String(repeating: "[", count: 70)
                    + String(repeating: "]", count: 70)) == ["s.yaml:1:72: nested too deeply"])
    }

    @Test func indentedNestingIsRefused() {
        let text = (0..<2000).map { String(repeating: " ", count: $0) + "a:" }.joined(
            separator: "\n")
        #expect(SettingsFixture.findings(inServer: text).count == 1)
    }

    @Test(arguments: ["x: *i", "*i : 1", "? *i\n: 1", "[*i]: 1"])
    func nestedAliasesCannotGrow(_ last: String) {
        var lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
        for (name, inner) in zip("bcdefghi", "abcdefgh") {
            let aliases = Array(repeating: "*\(inner)", count: 10).joined(separator: ", ")
            lines.append("\(name): &\(name) [\(aliases)]")
        }
        let findings = SettingsFixture.findings(
            inServer: (lines + [last]).joined(separator: "\n"))
        #expect(
            findings == [
                "s.yaml:7:16: aliases would multiply the size of this file beyond the limit"
            ])
    }

    @Test func anchorsThatAreSetAgainCannotGrow() {
        let lines = (0..<40).map { _ in "- &a [*a, *a, *a, *a]" }
        let findings = SettingsFixture.findings(
            inServer: (["- &a [x, x]"] + lines).joined(separator: "\n"))
        #expect(findings.count == 1)
        #expect(findings.first?.contains("aliases would multiply") == true)
    }

    @Test func largeFilesAreRefused() {
        let text = String(repeating: "#", count: 16 << 20 + 1)
        #expect(
            SettingsFixture.findings(inServer: text) == ["s.yaml: the file is larger than 16 MiB"])
    }
}
