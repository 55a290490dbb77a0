import DNSWire
import Foundation
import Testing

/// Every parser under what once broke one, under good inputs, and under seeded changes of both.
@Suite struct FuzzTests {
    /// One entry and how many mutations of its inputs are tried, so that all take a few seconds.
    struct Run: Sendable, CustomTestStringConvertible {
        let entry: FuzzEntry
        let mutations: Int

        var testDescription: String { entry.name }

        init(_ entry: FuzzEntry, _ mutations: Int) {
            self.entry = entry
            self.mutations = mutations
        }
    }

    static let runs: [Run] = [
        Run(.message, 1_000_000), Run(.options, 200_000), Run(.name, 100_000), Run(.tcp, 5_000),
        Run(.zone, 15_000), Run(.settings, 5_000), Run(.steering, 5_000), Run(.feed, 20_000),
        Run(.push, 20_000), Run(.http, 20_000), Run(.handover, 100_000), Run(.image, 10_000),
        Run(.networks, 20_000), Run(.latencies, 5_000), Run(.table, 50_000), Run(.database, 5_000),
        Run(.host, 200_000),
    ]

    /// Fewer without optimisation.
    #if DEBUG
        private static let share = 20
    #else
        private static let share = 1
    #endif

    @Test func everyEntryRunsAndHasInputs() {
        #expect(
            FuzzEntry.all.allSatisfy { entry in Self.runs.contains { $0.entry.name == entry.name } }
        )
        #expect(Set(Self.runs.map(\.entry.name)).count == Self.runs.count)
        for run in Self.runs {
            #expect(!Self.inputs(Self.corpus, run.entry).isEmpty, "\(run.entry.name)")
        }
    }

    /// Inputs that found a fault once, and the good ones that mutation starts from.
    @Test(arguments: runs)
    func storedInputsHold(_ run: Run) throws {
        let check = try run.entry.prepare()
        for (name, input) in Self.stored(run.entry) {
            let complaint = check(input)
            #expect(complaint == nil, "\(run.entry.name)/\(name)")
        }
    }

    @Test(arguments: runs)
    func mutationsHold(_ run: Run) throws {
        let check = try run.entry.prepare()
        let seed: UInt64 = 20_26
        var mutator = FuzzMutator(
            seeds: Self.stored(run.entry).map(\.bytes), words: run.entry.words, seed: seed)
        for round in 0..<run.mutations / Self.share {
            let input = mutator.next()
            guard let complaint = check(input) else { continue }
            Issue.record("seed \(seed), round \(round): \(complaint): \(input)")
            return
        }
    }

    /// The audit is no rubber stamp: it objects to a response with one fault.
    @Test(arguments: [
        (at: 0, "another id"), (at: 3, "RA or Z is set"), (at: 5, "several questions"),
        (at: 13, "the question differs at byte 13"), (at: 31, "the question differs at byte 31"),
    ])
    func auditObjects(at place: Int, complaint: String) throws {
        let (packet, response) = try Self.exchange()
        var damaged = response
        damaged[place] ^= place == 3 ? 0x80 : 2
        #expect(Self.complaint(damaged, packet) == complaint)
    }

    @Test func auditObjectsToWrongLengths() throws {
        let (packet, response) = try Self.exchange()
        #expect(Self.complaint(response, packet) == nil)
        for count in 1..<response.count {
            #expect(Self.complaint(Array(response[..<count]), packet) != nil)
        }
        #expect(Self.complaint(response + [0], packet) != nil)
    }

    private static func complaint(_ response: [UInt8], _ packet: [UInt8]) -> String? {
        response.withUnsafeBytes { ResponseAudit($0, to: packet, over: .udp).complaint }
    }

    /// A query for `www.example.org. A` and its response.
    private static func exchange() throws -> (packet: [UInt8], response: [UInt8]) {
        let packet: [UInt8] =
            [0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 119, 119, 119]
            + [7, 101, 120, 97, 109, 112, 108, 101, 3, 111, 114, 103, 0, 0, 1, 0, 1]
        let server = try FuzzServer.rich()
        return (packet, Array(server.answer(packet, over: .udp)))
    }

    // MARK: Files

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    private static let fixtures = folder.appending(path: "Inputs")
    private static let corpus = folder.appending(path: "../../Fuzz/Corpus").standardizedFileURL

    private static func stored(_ entry: FuzzEntry) -> [(name: String, bytes: [UInt8])] {
        inputs(fixtures, entry) + inputs(corpus, entry)
    }

    /// The files of an entry by name, so that runs repeat; none without a folder.
    private static func inputs(
        _ folder: URL, _ entry: FuzzEntry
    ) -> [(name: String, bytes: [UInt8])] {
        let folder = folder.appending(path: entry.name)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return names.sorted().compactMap { name in
            guard let data = try? Data(contentsOf: folder.appending(path: name)) else { return nil }
            return (name, [UInt8](data))
        }
    }
}
