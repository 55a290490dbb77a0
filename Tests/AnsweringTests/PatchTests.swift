import Compiling
import DNSWire
import Serving
import TestSupport
import Testing
import Zones

/// A patched image answers every question as one does that was compiled whole.
@Suite struct PatchTests {
    private static let place = SourcePosition(file: "test")

    /// A zone as lines by owner, so that it is easily changed.
    private struct Draft {
        var serial = 1
        var lines: [String: [String]] = [:]
        var steered: [String: Int] = [:]

        func sources() throws -> [ZoneSource] {
            let text = lines.keys.sorted().flatMap { owner in
                (lines[owner] ?? []).map { "\(owner) \($0)\n" }
            }.joined()
            let head =
                "@ SOA ns1 hostmaster \(serial) 7200 3600 1209600 900\n@ NS ns1\nns1 A 192.0.2.1\n"
            let zone = try PatchTests.zone(head + text, origin: "example.org.")
            let other = try PatchTests.zone(
                "@ SOA ns1 h 1 2 3 4 5\n@ NS ns1\nns1 A 192.0.2.9\nwww A 192.0.2.10\n",
                origin: "other.test.")
            var source = ZoneSource(zone: zone, steering: try steering())
            source.zoneRevision = UInt64(serial)
            source.steeringRevision = UInt64(serial)
            var second = ZoneSource(zone: other)
            second.zoneRevision = 1
            second.steeringRevision = 1
            return [source, second]
        }

        private func steering() throws -> SteeringDefinition {
            var definition = SteeringDefinition()
            definition.endpoints = (1...3).map {
                EndpointDefinition(
                    name: "e\($0)", addresses: [.v4(0xCB00_7100 + UInt32($0)), .v6(1, UInt64($0))],
                    position: PatchTests.place)
            }
            definition.names = try steered.keys.sorted().map { owner in
                let weights = steered[owner] ?? 1
                let members = (1...3).map {
                    WeightedMember(
                        .reference("e\($0)", PatchTests.place), weight: UInt32($0 * weights))
                }
                return SteeredName(
                    owner: try Name(owner + ".example.org."), ttl: .seconds(30),
                    policy: .weighted(members, answers: 1), position: PatchTests.place)
            }
            return definition
        }
    }

    private static func zone(_ text: String, origin: String) throws -> Zone {
        try TestZones.bare("$TTL 300\n" + text, origin: origin)
    }

    private static let labels = ["a", "b", "c", "*", "mail", "ns1"]
    private static let types: [RRType] = [.a, .aaaa, .mx, .txt, .cname, .any, .ns, .soa]

    /// Owners that the drafts choose from: one to three labels.
    private static let owners: [String] = labels.flatMap { one in
        [one] + labels.prefix(4).map { "\(one).\($0)" }.filter { !$0.hasPrefix("ns1") }
            + ["\(one).x.y", "\(one).*"]
    }

    /// What is asked: every owner, names above, below and beside them, and the other zone.
    private static let questions: [[UInt8]] = {
        var names = Set(owners)
        for owner in owners { names.formUnion(["q.\(owner)", "x.y", "y", "nosuch", "z.nosuch"]) }
        let all =
            names.sorted().map { $0 + ".example.org." }
            + ["example.org.", "other.test.", "www.other.test.", "no.other.test.", "example.com."]
        return all.flatMap { name in
            types.compactMap { try? Question(name, $0, edns: .init()).packet }
        }
    }()

    private func change(_ draft: inout Draft, _ random: inout SeededGenerator) {
        draft.serial += 1
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let owner = PatchTests.owners.randomElement(using: &random) ?? "a"
            let number = Int.random(in: 1...250, using: &random)
            let isAlias = draft.lines[owner]?.contains { $0.contains("CNAME") } ?? false
            switch Int.random(in: 0..<16, using: &random) {
            case 0..<6 where !isAlias && draft.steered[owner] == nil:
                draft.lines[owner, default: []].append("A 198.51.100.\(number)")
            case 6 where !isAlias:
                draft.lines[owner, default: []].append("TXT \"\(number)\"")
            case 7 where !isAlias:
                let target = PatchTests.owners.randomElement(using: &random) ?? "a"
                draft.lines[owner, default: []].append("MX \(number) \(target)")
            case 8 where draft.lines[owner] == nil && draft.steered[owner] == nil && owner != "ns1":
                let target = PatchTests.owners.randomElement(using: &random) ?? "a"
                draft.lines[owner] = ["CNAME \(target)"]
            case 9..<13: draft.lines[owner] = nil
            case 13 where !isAlias && draft.lines[owner] == nil && !owner.hasPrefix("ns1"):
                draft.steered[owner] = number
            case 14: draft.steered[owner] = nil
            case 15
            where number < 25 && draft.lines[owner] == nil && !owner.contains("*")
                && owner != "ns1" && draft.steered.isEmpty:
                draft.lines[owner] = ["NS ns.elsewhere.test."]
            default: break
            }
        }
    }

    @Test(arguments: 1...12) func patchedAnswersAreWholeAnswers(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var draft = Draft()
        for owner in PatchTests.owners.prefix(8) where !owner.contains("*") {
            draft.lines[owner] = ["A 192.0.2.\(owner.utf8.count)"]
        }
        let site = try PatchedSite(try draft.sources())
        let asker = ImageAsker()
        for step in 0..<25 {
            var next = draft
            change(&next, &random)
            // Some combinations break rules of zones; they are not for this test.
            guard let sources = try? next.sources() else { continue }
            draft = next
            try site.apply(sources)
            let whole = try compile(
                sources, platform: SteeringDefinition(), settings: AnswerSettings(),
                slots: SlotMap(capacity: 1024), generation: 1)
            let memory = try MemoryImage(whole.bytes)
            let patched = site.loaded.image
            #expect(patched.nameCount == memory.image.nameCount, "seed \(seed), step \(step)")
            #expect(patched.steeredCount == memory.image.steeredCount)
            #expect(site.compiled.zones.map(\.names) == whole.zones.map(\.names))
            #expect(site.compiled.zones.map(\.serial) == whole.zones.map(\.serial))
            for packet in PatchTests.questions {
                let got = asker.answer(packet, from: patched)
                let wanted = asker.answer(packet, from: memory.image)
                guard got != wanted else { continue }
                let question = try DecodedMessage(wanted).question
                Issue.record(
                    "seed \(seed), step \(step): \(String(describing: question)): patched \(try DecodedMessage(got)), whole \(try DecodedMessage(wanted))"
                )
                return
            }
        }
        #expect(site.patches > 5, "\(site.patches) patches, \(site.wholes) wholes")
    }

    @Test func aPatchIsForItsFileOnly() throws {
        var draft = Draft()
        draft.lines["a"] = ["A 192.0.2.1"]
        let site = try PatchedSite(try draft.sources())
        draft.serial += 1
        draft.lines["b"] = ["A 192.0.2.2"]
        let served = ServedConfiguration(
            image: site.loaded, compiled: site.compiled, sources: try Draft().sources(),
            platformStays: true)
        let patch = try #require(
            try compilePatch(
                try draft.sources(), after: served, platform: SteeringDefinition(),
                settings: AnswerSettings(), generation: 2))
        draft.lines["c"] = ["A 192.0.2.3"]
        let other = try compile(
            try draft.sources(), platform: SteeringDefinition(), settings: AnswerSettings(),
            slots: SlotMap(capacity: 8), generation: 1)
        let length = site.loaded.image.bytes.count
        var wrong = Array(other.bytes.prefix(length))
        wrong += [UInt8](repeating: 0, count: max(0, length - wrong.count)) + patch.bytes
        #expect(throws: ImageError.self) {
            try wrong.withUnsafeBytes { _ = try ServingImage(ByteView($0), root: patch.root) }
        }
        // Damage anywhere in the patch is found.
        let folder = try TemporaryFolder()
        let base = (0..<length).map { site.loaded.image.bytes.byte($0) }
        for offset in stride(from: 0, to: patch.bytes.count, by: 7) {
            var damaged = patch.bytes
            damaged[offset] ^= 0x20
            let path = try folder.write(base + damaged, to: "image")
            #expect(throws: ImageError.self) { try LoadedImage(path: path, root: patch.root) }
        }
        let path = try folder.write(base + patch.bytes, to: "image")
        #expect(try LoadedImage(path: path, root: patch.root).image.generation == 2)
        #expect(try LoadedImage(path: path).image.generation == 1)
    }

    @Test func settingsAloneAreAPatch() throws {
        var draft = Draft()
        draft.lines["a"] = ["A 192.0.2.1"]
        let sources = try draft.sources()
        let site = try PatchedSite(sources)
        var settings = AnswerSettings(udpBytes: 1400)
        settings.nsid = Array("other".utf8)
        let patch = try #require(
            try compilePatch(
                sources,
                after: ServedConfiguration(
                    image: site.loaded, compiled: site.compiled, sources: sources,
                    platformStays: true),
                platform: SteeringDefinition(), settings: settings, generation: 2))
        #expect(patch.bytes.count < 1024)
    }

    @Test func manyChangesAreWrittenWhole() throws {
        var draft = Draft()
        let site = try PatchedSite(try draft.sources())
        draft.serial += 1
        for number in 0..<1_100 { draft.lines["n\(number)"] = ["A 192.0.2.1"] }
        try site.apply(try draft.sources())
        #expect(site.patches == 0 && site.wholes == 2)
    }

    /// Patches add up until the file is long enough, or too many names differ.
    @Test func aFileDoesNotGrowForEver() throws {
        var draft = Draft()
        let site = try PatchedSite(try draft.sources())
        for number in 0..<40 {
            draft.serial += 1
            for name in 0..<60 { draft.lines["n\(number)-\(name)"] = ["A 192.0.2.1"] }
            try site.apply(try draft.sources())
        }
        #expect(site.wholes > 1 && site.patches > 10)
    }
}
