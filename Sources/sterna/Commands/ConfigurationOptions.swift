import ArgumentParser
import DNSWire
import Foundation

/// The options that say what to serve; `serve` and `check` share them.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: "The configuration; sterna.yaml where it lies here and no zone is named.")
    var config: String?

    @Option(
        help: ArgumentHelp(
            "A folder of master files NAME.zone with steering NAME.yaml beside them.",
            valueName: "dir"))
    var zones: String?

    @Option(
        name: .customLong("zone"),
        help: ArgumentHelp(
            "One zone and its master file; may be repeated.", valueName: "origin=file"))
    var zone: [String] = []

    @Option(
        help: ArgumentHelp(
            "Answer here, UDP and TCP; IPv6 in brackets; may be repeated.", valueName: "addr:port"))
    var listen: [String] = []

    @Option(help: "Threads for each address (1 to 63).")
    var workers: Int?

    @Option(help: ArgumentHelp("Folder for what must outlive a restart.", valueName: "dir"))
    var state: String?

    @Option(help: ArgumentHelp("The HTTP API, or off.", valueName: "addr:port|off"))
    var control: String?

    /// Turns the words into a source; errors name the option.
    func source() throws -> ConfigurationSource {
        var source = ConfigurationSource()
        source.file = config ?? defaultFile
        source.zonesFolder = zones
        source.zones = try zone.map(parseZone)
        source.listen = try listen.map { try parseAddress($0, option: "--listen") }
        if let workers {
            guard (1...63).contains(workers) else {
                throw ValidationError("--workers \(workers): a number from 1 to 63")
            }
            source.workers = workers
        }
        source.state = state
        if control == "off" {
            source.control = .off
        } else if let control {
            source.control = .at(try parseAddress(control, option: "--control"))
        }
        // Without a file there is no folder beside it.
        if source.file == nil, source.state == nil {
            let first = source.listen.first ?? SocketAddress(address: .v4(0x7F00_0001), port: 5300)
            source.state = StateFolder.temporary(for: first)
        }
        return source
    }

    private var defaultFile: String? {
        guard zones == nil, zone.isEmpty else { return nil }
        return FileManager.default.fileExists(atPath: "sterna.yaml") ? "sterna.yaml" : nil
    }

    private func parseZone(_ text: String) throws -> (origin: Name, file: String) {
        guard let equals = text.firstIndex(of: "=") else {
            throw ValidationError(
                "--zone \(text): write ORIGIN=FILE, as in example.com=example.com.zone")
        }
        do {
            return (try Name(text[..<equals]), String(text[text.index(after: equals)...]))
        } catch {
            throw ValidationError("--zone \(text): \(error)")
        }
    }

    private func parseAddress(_ text: String, option: String) throws -> SocketAddress {
        guard let address = SocketAddress(text) else {
            throw ValidationError(
                "\(option) \(text): write ADDRESS:PORT, as in 127.0.0.1:5300 or [::1]:5300")
        }
        return address
    }
}
