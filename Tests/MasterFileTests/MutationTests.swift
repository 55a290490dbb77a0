import DNSWire
import MasterFile
import Testing
import Zones

/// Random damage to good files: reading ends, with findings or without, and never crashes.
@Suite struct MutationTests {
    private static let seeds: [String] = [
        RdataTests.good.enumerated().map { "n\($0) 60 \($1)\n" }.joined(),
        """
        $TTL 1h
        @ IN SOA ns1 hostmaster ( 1 7200 ; serial, refresh
            900 1209600 300 )
          NS ns1
        $ORIGIN sub
        $INCLUDE main.zone other
        $GENERATE 1-9/2 h${1,3,n} 60 IN A 192.0.2.$
        www TXT "a \\"b\\" \\255" ( c
          d ) ; end
        """,
    ]
    private static let words = [
        "(", ")", "\"", ";", "\\", "\\#", "\\999", "@", "$", "$TTL", "$GENERATE 1-3 a$ A 192.0.2.$",
        "$INCLUDE main.zone", "\n", "\r\n", "\0", "IN", "TXT", "99999999999999999999", "-1", ".",
        "..",
        "${", "}", "=", ",", "SVCB 1 . alpn=", "LOC", "APL 3:", "\u{FEFF}", "\u{7F}", "TYPE0",
        "NSEC",
    ].map { Array($0.utf8) }

    @Test(arguments: 0..<40)
    func readingEnds(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<25 {
            let seed = MutationTests.seeds.randomElement(using: &generator) ?? ""
            let text = mutate(Array(seed.utf8), &generator)
            let origin = try Name("example.org.")
            let (records, _) = MasterFileReader.read(text: text, file: "f", origin: origin)
            let checked = Zone.checked(origin: origin, records: records, file: "f")
            #expect((checked.zone == nil) == checked.findings.contains { $0.severity == .error })

            let shown = String(decoding: text, as: UTF8.self)
            let files = ZoneFiles(folder: "/", contents: ["/main.zone": shown])
            let (zone, findings) = loadZone(
                origin: origin, file: "/main.zone", files: files)
            #expect((zone == nil) == findings.contains { $0.severity == .error })
            #expect(findings.count <= 2 * FindingList.limit + 2)
        }
    }

    private func mutate(_ seed: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var text = seed
        for _ in 0..<Int.random(in: 1...12, using: &generator) where !text.isEmpty {
            let place = Int.random(in: 0..<text.count, using: &generator)
            let length = min(Int.random(in: 0...20, using: &generator), text.count - place)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: text[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: text.removeSubrange(place..<(place + length))
            case 2: text.insert(contentsOf: text[place..<(place + length)], at: place)
            case 3: text.removeLast(text.count - place)
            default:
                let word = MutationTests.words.randomElement(using: &generator) ?? []
                text.insert(contentsOf: word, at: place)
            }
        }
        return text
    }
}
