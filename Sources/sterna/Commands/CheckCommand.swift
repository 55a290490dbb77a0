import ArgumentParser
import Compiling
import Foundation
import Serving
import Settings
import Zones

/// `sterna check`: everything that `serve` would refuse, and why.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate configuration and zones.",
        discussion: """
            Prints every finding as FILE:LINE:COLUMN: MESSAGE; exits with 1 if one is an error. Warnings about
            steering end with a word in brackets: --allow silences its kind, and 'accept: WORD' at a name that
            one about this name.

            EXAMPLES
              sterna check
              sterna check --zone example.com=example.com.zone
              sterna check --config sterna.yaml --output json
              sterna check --strict --allow single-endpoint
            """)

    @OptionGroup var options: ConfigurationOptions

    @ArgumentParser.Flag(help: "Exit with 1 if there is a warning.")
    var strict = false

    @OptionGroup var allowed: AllowedAdvice

    @Option(help: "text or json.")
    var output: OutputFormat = .text

    func run() async throws {
        let progress = LoadProgress { printError($0) }
        let loaded = LoadedConfiguration.load(try options.source(), progress: progress)
        var findings = loaded.findings
        var summary = CheckSummary(zones: loaded.zones.count)
        if !loaded.hasErrors {
            do throws(Findings) {
                let image = try compile(
                    loaded.zones, platform: loaded.settings.steering,
                    settings: AnswerSettings(loaded.settings, ownSecret: nil),
                    locations: loaded.locations, latencies: loaded.latencies,
                    slots: SlotMap(capacity: Plane.slotCount),
                    generation: 1)
                findings += image.warnings
                findings += Advice.findings(
                    allowed.advice(loaded), ofCode: output == .text ? 20 : Advice.maximumOfCode)
                summary.names = image.zones.reduce(0) { $0 + $1.names }
                summary.steeredNames = image.zones.reduce(0) { $0 + $1.steeredNames }
                summary.endpoints = image.endpoints.count
                summary.imageBytes = image.bytes.count
            } catch {
                findings += error.all
            }
        }
        progress.end()
        summary.errors = findings.filter { $0.severity == .error }.count
        summary.warnings = findings.count - summary.errors
        switch output {
        case .text:
            for finding in findings { print(finding) }
            print(summary.text)
        case .json:
            summary.findings = findings.map(CheckSummary.Item.init)
            print(try json(summary))
        }
        if summary.errors > 0 || strict && summary.warnings > 0 { throw ExitCode.failure }
    }
}

/// What a check found, for people and programs.
private struct CheckSummary: Encodable {
    struct Item: Encodable {
        let severity: String
        let file: String
        let line: Int
        let column: Int
        let message: String

        init(_ finding: Finding) {
            severity = finding.severity.rawValue
            file = finding.position.file
            line = finding.position.line
            column = finding.position.column
            message = finding.message
        }
    }

    var zones = 0
    var names = 0
    var steeredNames = 0
    var endpoints = 0
    var imageBytes = 0
    var errors = 0
    var warnings = 0
    var findings: [Item] = []

    init(zones: Int) { self.zones = zones }

    var text: String {
        let counts = "\(errors) errors, \(warnings) warnings"
        if errors > 0 { return counts }
        return "ok: \(zones) zones, \(names) names, \(steeredNames) of them steered over "
            + "\(endpoints) endpoints; \(counts)"
    }
}

/// How a command prints.
enum OutputFormat: String, ExpressibleByArgument {
    case text
    case json
}

/// JSON with sorted keys, one value a line.
func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}
