import TestSupport

/// Makes new inputs of good ones: repeats for a seed.
struct FuzzMutator {
    private let seeds: [[UInt8]]
    private let words: [[UInt8]]
    private var random: SeededGenerator

    /// Longest input made, in bytes.
    private static let maximumBytes = 70_000
    /// Values that lengths, counts and pointers turn on.
    private static let edges: [UInt8] = [0, 1, 4, 11, 41, 63, 64, 0x7F, 0x80, 0xC0, 0xFE, 0xFF]

    /// - Parameter seeds: good inputs; without any, mutation begins with nothing.
    init(seeds: [[UInt8]], words: [[UInt8]], seed: UInt64) {
        self.seeds = seeds.isEmpty ? [[]] : seeds
        self.words = words
        random = SeededGenerator(seed: seed)
    }

    /// The next input: a seed with up to six changes, often none or one.
    mutating func next() -> [UInt8] {
        var input = seeds[below(seeds.count)]
        let changes = [0, 0, 1, 1, 1, 2, 3, 6][below(8)]
        for _ in 0..<changes { change(&input) }
        if input.count > FuzzMutator.maximumBytes {
            input.removeLast(input.count - FuzzMutator.maximumBytes)
        }
        return input
    }

    /// A number from 0 to `bound` − 1; the bias is of no matter here.
    private mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: random.next() >> 33) % bound
    }

    private mutating func change(_ input: inout [UInt8]) {
        let place = below(input.count + 1)
        let rest = input.count - place
        switch below(9) {
        case 0 where rest > 0: input[place] ^= 1 << UInt8(below(8))
        case 1 where rest > 0: input[place] = UInt8(below(256))
        case 2 where rest > 0: input[place] = FuzzMutator.edges[below(FuzzMutator.edges.count)]
        case 3 where rest > 0: input[place] &+= below(2) == 0 ? 1 : 255
        case 4: input.removeSubrange(place..<(place + below(min(rest, 16) + 1)))
        case 5 where below(4) == 0: input.removeLast(rest)
        case 6: copy(&input, to: place)
        case 7 where !words.isEmpty:
            input.insert(contentsOf: words[below(words.count)], at: place)
        case 8: splice(&input, at: place)
        default: input.insert(UInt8(below(256)), at: place)
        }
    }

    /// Repeats a part of the input in another place.
    private mutating func copy(_ input: inout [UInt8], to place: Int) {
        let start = below(input.count + 1)
        let length = below(min(input.count - start, 48) + 1)
        input.insert(contentsOf: Array(input[start..<(start + length)]), at: place)
    }

    /// Goes on as another seed does.
    private mutating func splice(_ input: inout [UInt8], at place: Int) {
        let other = seeds[below(seeds.count)]
        let start = min(place, other.count)
        input.replaceSubrange(place..., with: other[start...])
    }
}
