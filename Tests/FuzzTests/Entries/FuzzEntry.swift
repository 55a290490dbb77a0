/// One parser, and what must hold whatever bytes it is given.
///
/// The same entries run for a bounded time in the tests, with seeded mutations, and as long as one
/// likes under libFuzzer with the address sanitizer (`Fuzz/`). A trap is found in both.
struct FuzzEntry: Sendable {
    /// Also the name of its folders of inputs: `Fuzz/Corpus/NAME`, `Tests/FuzzTests/Inputs/NAME`.
    let name: String
    /// Pieces of its language, which mutation by single bytes would hardly hit on.
    let words: [[UInt8]]
    /// Sets up what the check needs; it is not shared between threads.
    ///
    /// The check returns what is wrong, nil if nothing is.
    let prepare: @Sendable () throws -> (_ input: [UInt8]) -> String?

    init(
        _ name: String, words: [[UInt8]] = [],
        prepare: @escaping @Sendable () throws -> (_ input: [UInt8]) -> String?
    ) {
        self.name = name
        self.words = words
        self.prepare = prepare
    }

    init(_ name: String, text: [String], check: @escaping @Sendable ([UInt8]) -> String?) {
        self.init(name, words: text.map { Array($0.utf8) }) { check }
    }
}

/// What an entry needs and could not be had: a fault of the entry itself.
struct FuzzSetupError: Error, CustomStringConvertible {
    let description: String
}
