import DNSWire
import Settings
import Testing
import Zones

/// A small generator whose numbers repeat for a seed (splitmix64).
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

struct SettingsFuzzTests {
    private static let pieces: [String] = [
        "{", "}", "[", "]", ":", ",", "- ", "? ", "*a", "&a ", "!x ", "|\n", ">\n", "'", "\"", "\\",
        "#",
        "\n", "  ", "\t", "\u{0}", "é", "\u{FEFF}", "~", "null", "<<: ", "---\n", "...\n",
        "%YAML 1.1\n",
        "-1", "1e9", "99999999999999999999", "0x10", "nan", "weighted: ", "failover: ", "all: ",
        "policy: ", "auto", "ttl: ", "edge-us", "5s", "192.0.2.1", "::1", "\r\n", "\u{2028}",
    ]

    /// Neither file may end the process, and every finding has a place in the file or means all of it.
    @Test(arguments: 0..<8)
    func mutatedFilesAreReadOrRefused(_ seed: UInt64) throws {
        let origin = try Name(SettingsFixture.origin)
        var random = SeededNumbers(state: seed)
        var refused = 0
        for round in 0..<150 {
            let server = round.isMultiple(of: 2)
            var text = Array((server ? SettingsFixture.server : SettingsFixture.zone).utf8)
            for _ in 0...Int.random(in: 0...4, using: &random) { mutate(&text, &random) }
            let string = String(decoding: text, as: UTF8.self)
            let findings: [Finding]
            if server {
                let (settings, found) = readServerSettings(
                    file: "f", text: string, environment: ["ROBOTS_TOKEN": "x"])
                findings = found + (settings.map { resolve(platform: $0.steering) } ?? [])
            } else {
                let (zone, found) = readZoneSteering(file: "f", text: string, origin: origin)
                let references = zone.map {
                    resolve(platform: SteeringDefinition(), zone: $0, origin: origin)
                }
                findings = found + (references ?? [])
            }
            if !findings.isEmpty { refused += 1 }
            for finding in findings {
                #expect(finding.position.file == "f", "seed \(seed), round \(round)")
                #expect(finding.position.line >= 0 && finding.position.column >= 0)
                #expect(!finding.message.isEmpty)
            }
        }
        #expect(refused > 0)
    }

    private func mutate(_ text: inout [UInt8], _ random: inout SeededNumbers) {
        let place = Int.random(in: 0...text.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            let piece = SettingsFuzzTests.pieces.randomElement(using: &random) ?? ""
            text.insert(contentsOf: piece.utf8, at: place)
        case 1:
            let end = min(text.count, place + Int.random(in: 1...20, using: &random))
            text.removeSubrange(place..<end)
        case 2:
            let end = min(text.count, place + Int.random(in: 1...60, using: &random))
            text.insert(
                contentsOf: text[place..<end], at: Int.random(in: 0...text.count, using: &random))
        case 3 where place < text.count:
            text[place] = UInt8.random(in: 0...255, using: &random)
        default:
            let piece = SettingsFuzzTests.pieces.randomElement(using: &random) ?? ""
            let end = min(text.count, place + piece.utf8.count)
            text.replaceSubrange(place..<end, with: piece.utf8)
        }
    }
}
