/// Finds what somebody probably meant: the known word with the fewest edits.
package enum Suggestion {
    /// Beyond this many known words none is suggested, so that a broken file is still checked quickly.
    static let maximumCandidates = 10_000

    /// `; did you mean 'x'?`, or nothing when no known word is near.
    static func ending(for word: String, among known: some Collection<String>) -> String {
        nearest(to: word, among: known).map { "; did you mean '\($0)'?" } ?? ""
    }

    /// The nearest known word, at most a third of the letters away; the first in order among equals.
    package static func nearest(to word: String, among known: some Collection<String>) -> String? {
        guard known.count <= maximumCandidates, word.utf8.count <= 64 else { return nil }
        let letters = Array(word.lowercased().utf8)
        var best: (distance: Int, word: String)?
        for candidate in known where candidate != word {
            let limit = max(1, max(letters.count, candidate.utf8.count) / 3)
            let others = Array(candidate.lowercased().utf8)
            guard abs(others.count - letters.count) <= limit, others.count <= 64 else { continue }
            let distance = distance(letters, others)
            // A word all of whose letters change is not what was meant.
            guard distance <= 2 * limit + 1, distance < 2 * max(letters.count, others.count) else {
                continue
            }
            if let best, (best.distance, best.word) <= (distance, candidate) { continue }
            best = (distance, candidate)
        }
        return best?.word
    }

    /// Half edits that turn one into the other: two for an insertion, a deletion or a substitution, three
    /// for a swap of neighbours, so that one wrong letter is nearer than two.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var older: [Int] = []
        var previous = (0...b.count).map { 2 * $0 }
        for i in a.indices {
            var current = [2 * i + 2]
            for j in b.indices {
                var cost = min(
                    previous[j + 1] + 2, current[j] + 2, previous[j] + (a[i] == b[j] ? 0 : 2))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    cost = min(cost, older[j - 1] + 3)
                }
                current.append(cost)
            }
            older = previous
            previous = current
        }
        return previous[b.count]
    }
}
