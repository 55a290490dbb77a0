import DNSWire
import TestSupport
import Testing

@Suite struct NameTests {
    /// Text, the wire form and the text that is printed for it.
    struct Spelling: CustomTestStringConvertible, Sendable {
        var text: String
        var wire: [UInt8]
        var printed: String

        init(_ text: String, _ wire: [UInt8], _ printed: String? = nil) {
            self.text = text
            self.wire = wire
            self.printed = printed ?? text
        }

        var testDescription: String { text }
    }

    @Test(arguments: [
        Spelling(".", [0]),
        Spelling("org.", [3, 111, 114, 103, 0]),
        Spelling("org", [3, 111, 114, 103, 0], "org."),
        Spelling("wWw.Org.", [3, 119, 87, 119, 3, 79, 114, 103, 0]),
        Spelling("*.a.", [1, 42, 1, 97, 0]),
        Spelling("_tcp.-.", [4, 95, 116, 99, 112, 1, 45, 0]),
        Spelling(#"a\.b.c."#, [3, 97, 46, 98, 1, 99, 0]),
        Spelling(#"\\."#, [1, 92, 0]),
        Spelling(#"\000\255."#, [2, 0, 255, 0]),
        Spelling(#"\097\A."#, [2, 97, 65, 0], "aA."),
        Spelling(#"\032."#, [1, 32, 0]),
        Spelling(#"\"\(\)\;\@\$."#, [6, 34, 40, 41, 59, 64, 36, 0]),
        Spelling("a b.", [3, 97, 32, 98, 0], #"a\032b."#),
        Spelling("é.", [2, 0xC3, 0xA9, 0], #"\195\169."#),
        Spelling(#"a\."#, [2, 97, 46, 0], #"a\.."#),
    ])
    func textIsReadAndPrinted(_ c: Spelling) throws {
        let name = try Name(c.text)
        #expect(name.wire == c.wire)
        #expect(name.description == c.printed)
        #expect(try Name(name.description).wire == c.wire)
        #expect(try Name(wire: c.wire) == name)
    }

    @Test(arguments: [
        ("", NameError.emptyLabel), ("a..b", .emptyLabel), (".a", .emptyLabel), ("..", .emptyLabel),
        ("\\", .badEscape), ("a\\", .badEscape), (#"\1"#, .badEscape), (#"\12x"#, .badEscape),
        (#"\256"#, .badEscape), (#"\999."#, .badEscape),
        (String(repeating: "a", count: 64), .labelTooLong),
        (String(repeating: "abcdefg.", count: 32), .nameTooLong),
    ])
    func badTextIsRefused(_ text: String, _ error: NameError) {
        #expect(throws: error) { try Name(text) }
    }

    @Test func relativeNamesEndInTheOrigin() throws {
        let origin = try Name("Example.org.")
        #expect(try Name("@", relativeTo: origin).wire == origin.wire)
        #expect(try Name("www", relativeTo: origin).description == "www.Example.org.")
        #expect(try Name("www.", relativeTo: origin).description == "www.")
        #expect(try Name(#"\@"#, relativeTo: origin).description == #"\@.Example.org."#)
        #expect(try Name(".", relativeTo: origin).isRoot)
        let long = try Name(labels: Array(repeating: [UInt8](repeating: 97, count: 60), count: 4))
        #expect(throws: NameError.nameTooLong) {
            try Name("www", relativeTo: long.appending(origin))
        }
    }

    /// 63 bytes a label, 255 a name (RFC 1035 §2.3.4).
    @Test func limitsAreExact() throws {
        let label = [UInt8](repeating: 97, count: 63)
        let longest = try Name(labels: [label, label, label, Array(label.dropLast(2))])
        #expect(longest.wire.count == Name.maximumBytes)
        #expect(try Name(wire: longest.wire) == longest)
        #expect(throws: NameError.nameTooLong) {
            try Name(labels: [label, label, label, Array(label.dropLast())])
        }
        #expect(throws: NameError.labelTooLong) { try Name(labels: [label + [97]]) }
        #expect(throws: NameError.emptyLabel) { try Name(labels: [[97], []]) }
        #expect(throws: NameError.nameTooLong) { try longest.prepending([97]) }
        let ones = try Name(labels: Array(repeating: [97], count: 127))
        #expect(ones.labelCount == 127)
        #expect(ones.wire.count == 255)
        #expect(throws: NameError.nameTooLong) { try ones.prepending([97]) }
    }

    @Test(
        arguments: [
            ("nothing", [], NameError.truncated), ("no root label", [1, 97], .truncated),
            ("label cut short", [5, 97, 98, 0], .truncated),
            ("bytes behind", [1, 97, 0, 0], .truncated),
            ("a pointer", [0xC0, 12], .labelTooLong),
            ("a label of 64", [64] + [UInt8](repeating: 97, count: 64) + [0], .labelTooLong),
            (
                "256 bytes", [UInt8](repeating: 1, count: 254) + [1, 0],
                .truncated
            ),
            (
                "257 bytes", Array([[UInt8]](repeating: [1, 97], count: 128).joined()) + [0],
                .nameTooLong
            ),
        ] as [(String, [UInt8], NameError)])
    func badWireIsRefused(_ title: String, _ wire: [UInt8], _ error: NameError) {
        #expect(throws: error, "\(title)") { try Name(wire: wire) }
    }

    /// The example of RFC 4034 §6.1, in order.
    private static let canonical = [
        "example.", "a.example.", "yljkjljk.a.example.", "Z.a.example.", "zABC.a.EXAMPLE.",
        "z.example.", #"\001.z.example."#, "*.z.example.", #"\200.z.example."#,
    ]

    @Test func canonicalOrderIsThatOfTheRFC() throws {
        let names = try NameTests.canonical.map { try Name($0) }
        for (i, a) in names.enumerated() {
            for (j, b) in names.enumerated() {
                #expect((a < b) == (i < j), "\(a) and \(b)")
            }
        }
        #expect(try Name(".") < names[0])
        var random = SeededGenerator(seed: 1)
        let shuffled = names.shuffled(using: &random)
        #expect(shuffled != names)
        #expect(shuffled.sorted() == names)
    }

    /// ASCII letters only (RFC 4343).
    @Test func comparisonIgnoresCase() throws {
        let a = try Name(#"WwW.ExAmPlE.[\200."#)
        let b = try Name(#"wWw.eXaMpLe.[\200."#)
        #expect(a == b)
        #expect(a.hashValue == b.hashValue)
        #expect(!(a < b) && !(b < a))
        #expect(a.wire != b.wire)
        #expect(a.lowercased().wire == b.lowercasedWire)
        #expect(try Name("[.") != Name("{."))
        #expect(try Name("@a.", relativeTo: .root) != Name("`a."))
        #expect(try Name(#"\195\137."#) != Name(#"\195\169."#))
    }

    @Test(arguments: [
        ("www.example.org.", "example.org.", true, true),
        ("example.org.", "EXAMPLE.org.", true, false),
        ("example.org.", "www.example.org.", false, false), ("a.b.", ".", true, true),
        (".", ".", true, false), ("badexample.org.", "example.org.", false, false),
        // Same bytes at the end, but inside a label.
        (#"a\007example\003org."#, "example.org.", false, false),
        ("example.net.", "example.org.", false, false),
    ])
    func ancestryFollowsLabels(_ name: String, _ other: String, _ atOrBelow: Bool, _ below: Bool)
        throws
    {
        #expect(try Name(name).isAtOrBelow(Name(other)) == atOrBelow)
        #expect(try Name(name).isBelow(Name(other)) == below)
    }

    @Test func partsOfAName() throws {
        let name = try Name("*.a.example.")
        #expect(name.labels == [[42], [97], Array("example".utf8)])
        #expect(name.labelCount == 3)
        #expect(name.isWildcard)
        #expect(try name.parent == Name("a.example."))
        #expect(name.parent?.isWildcard == false)
        #expect(try !Name("**.a.").isWildcard)
        #expect(Name.root.parent == nil)
        #expect(Name.root.labels.isEmpty)
        #expect(try Name("www").appending(Name("org.")).description == "www.org.")
        #expect(try Name("org").prepending([0x2E]).description == #"\..org."#)
    }

    /// Printing and reading give the same bytes, for any bytes.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func printingAndReadingAreInverse(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            var labels: [[UInt8]] = []
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                labels.append(random.bytes(Int.random(in: 1...35, using: &random)))
            }
            let name = try Name(labels: labels)
            #expect(try Name(name.description).wire == name.wire, "seed \(seed)")
            #expect(name.labels == labels, "seed \(seed)")
            #expect(name.labelCount == labels.count, "seed \(seed)")
        }
    }
}
