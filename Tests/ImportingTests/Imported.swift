import Answering
import Compiling
import DNSWire
import Foundation
import Geography
import Health
import Importing
import MasterFile
import Serving
import Settings
import Steering
import TestSupport
import Zones

/// The fixtures, and what an import makes of them.
enum Imported {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Sources")

    static func source(_ path: String) throws -> ImportSource {
        let url = folder.appending(path: path)
        return ImportSource(name: path, text: try String(contentsOf: url, encoding: .utf8))
    }

    static let route53Files = [
        "route53/shop.example.net.json", "route53/health-checks.json",
        "route53/cidr-c8c02a84-aaaa-bbbb-e0d2-d833a2f80106.json",
    ]
    static let gdnsdFiles = ["gdnsd/config", "gdnsd/zones/example.net", "gdnsd/geoip/nets"]
    static let octoFiles = ["octodns/example.org.yaml"]

    static func files(_ format: ImportFormat) -> [String] {
        switch format {
        case .route53: route53Files
        case .gdnsd: gdnsdFiles
        case .octodns: octoFiles
        }
    }

    static func result(_ format: ImportFormat) throws -> ImportResult {
        importZones(format, try files(format).map(source))
    }

    /// What `check` says of the zones written.
    static func findings(_ result: ImportResult) throws -> [Finding] {
        try zones(result).findings
    }

    static func zones(
        _ result: ImportResult
    ) throws -> (sources: [ZoneSource], findings: [Finding]) {
        var sources: [ZoneSource] = []
        var findings: [Finding] = []
        for file in result.files where file.name.hasSuffix(".zone") {
            let stem = String(file.name.dropLast(5))
            let origin = try Name(stem)
            let (zone, found) = loadZone(
                origin: origin, file: file.name,
                files: ZoneFiles(folder: "/", contents: [file.name: file.text]))
            findings += found
            guard let zone else { continue }
            var source = ZoneSource(zone: zone)
            if let steering = result.files.first(where: { $0.name == "\(stem).yaml" }) {
                let (definition, found) = readZoneSteering(
                    file: steering.name, text: steering.text, origin: origin)
                findings += found
                if let definition {
                    findings += resolve(
                        platform: SteeringDefinition(), zone: definition, origin: origin)
                    findings += zone.findings(forSteered: definition.names)
                    source.steering = definition
                }
            }
            sources.append(source)
        }
        return (sources, findings)
    }
}

/// Answers from what was imported, over verdicts that the test chooses.
final class ImportedServer {
    private let compiled: CompiledImage
    private let memory: MemoryImage
    private let verdicts: VerdictTable
    private let counters = CounterPage()
    private let output: UnsafeMutableRawBufferPointer
    private var state: AnsweringState

    init(_ sources: [ZoneSource], seed: UInt64 = 7) throws {
        compiled = try compile(
            sources, platform: SteeringDefinition(), settings: AnswerSettings(),
            locations: .sample, slots: SlotMap(capacity: 1024), generation: 1)
        memory = try MemoryImage(compiled.bytes)
        verdicts = VerdictTable(privateWords: 1024)
        output = .allocate(byteCount: 4096, alignment: 64)
        state = AnsweringState(random: RandomSource(seed: seed), rates: RateTable(seed: seed))
    }

    deinit { output.deallocate() }

    convenience init(_ format: ImportFormat) throws {
        try self.init(Imported.zones(Imported.result(format)).sources)
    }

    /// Gives addresses a verdict; those that no endpoint has are a mistake of the test.
    func set(_ verdict: Verdict, _ addresses: [String]) throws {
        for text in addresses {
            var isKnown = false
            for endpoint in compiled.endpoints {
                for place in endpoint.addresses where place.address.description == text {
                    verdicts.store(VerdictWord(verdict), slot: place.slot)
                    isKnown = true
                }
            }
            guard isKnown else { throw TestFailure("no endpoint has \(text)") }
        }
    }

    /// The addresses of one answer, sorted; rcode and TTL beside them.
    func answer(
        _ name: String, _ type: RRType = .a, from client: String = "192.0.2.1"
    ) throws -> (addresses: [String], rcode: UInt8, ttl: UInt32) {
        var packet: [UInt8] = [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        let wire = try Name(name).wire
        packet += wire + [0, UInt8(type.rawValue), 0, 1]
        guard let address = IPAddress(client) else { throw TestFailure("no address") }
        let length = packet.withUnsafeBytes { bytes in
            Answering.answer(
                ByteView(bytes), into: ByteSink(output), from: ClientAddress(address), over: .udp,
                at: 1_700_000_000, image: memory.image, verdicts: verdicts, counters: counters,
                state: &state)
        }
        let bytes = Array(output[..<length])
        var addresses: [String] = []
        var ttl: UInt32 = 0
        var offset = 12 + wire.count + 4
        for _ in 0..<Int(bytes[7]) {
            // Owner is the question, as a pointer.
            let size = Int(bytes[offset + 10]) << 8 | Int(bytes[offset + 11])
            ttl = bytes[(offset + 6)..<(offset + 10)].reduce(0) { $0 << 8 | UInt32($1) }
            let data = bytes[(offset + 12)..<(offset + 12 + size)]
            if let address = IPAddress(bytes: data) { addresses.append("\(address)") }
            offset += 12 + size
        }
        return (addresses.sorted(), bytes[3] & 15, ttl)
    }

    /// How often each answer was given.
    func tally(
        _ count: Int, _ name: String, _ type: RRType = .a, from client: String = "192.0.2.1"
    ) throws -> [String: Int] {
        var result: [String: Int] = [:]
        for _ in 0..<count {
            let text = try answer(name, type, from: client).addresses.joined(separator: " ")
            result[text, default: 0] += 1
        }
        return result
    }
}
