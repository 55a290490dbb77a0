import Serving
package import Steering

/// The probabilities of what a policy that was judged may answer.
package struct AnswerDistribution: Sendable {
    /// Whole answers, as numbers in the image's table of addresses; each with its probability.
    package let answers: [[Int]: Double]
    /// By address: the probability that it stands first; always exact.
    package let firsts: [Int: Double]
    /// By address: the probability that it is in the answer.
    package let included: [Int: Double]
    /// How many answers were drawn and counted; 0: all is exact.
    package let draws: Int

    /// Answers listed of one node; and steps taken in all, so that no policy takes long.
    private static let maximumAnswers = 4096
    private static let maximumSteps = 200_000
    /// Draws where there are more: an address that is in half of the answers is then found to be so within 2 %.
    package static let estimateDraws = 20_000

    /// Lists every answer of a trace, or counts what `draw` gives where there are too many.
    package init(_ trace: PolicyTrace, draw: () -> [Int]) {
        firsts = FirstShares(trace).byAddress
        var listing = Listing(trace: trace)
        if let exact = listing.all() {
            answers = exact
            draws = 0
        } else {
            var counts: [[Int]: Double] = [:]
            for _ in 0..<AnswerDistribution.estimateDraws { counts[draw(), default: 0] += 1 }
            answers = counts.mapValues { $0 / Double(AnswerDistribution.estimateDraws) }
            draws = AnswerDistribution.estimateDraws
        }
        var included: [Int: Double] = [:]
        for (answer, probability) in answers {
            for address in answer { included[address, default: 0] += probability }
        }
        // Drawing may have missed the rarest.
        for (address, probability) in firsts {
            included[address] = max(included[address] ?? 0, probability)
        }
        self.included = included
    }

    /// There are too many answers to list.
    private struct TooMany: Error {}

    /// Goes through all that chance can do.
    private struct Listing {
        typealias Answers = [[Int]: Double]

        let trace: PolicyTrace
        private var steps = 0

        init(trace: PolicyTrace) { self.trace = trace }

        mutating func all() -> Answers? {
            do {
                return try answers(
                    of: trace.root, after: [], atMost: ProgramLayout.maximumAnswers, depth: 0)
            } catch {
                return nil
            }
        }

        private mutating func answers(
            of index: Int, after earlier: [Int], atMost limit: Int, depth: Int
        ) throws(TooMany) -> Answers {
            let node = trace.nodes[index]
            guard depth <= ProgramLayout.maximumDepth, earlier.count < limit else {
                return [earlier: 1]
            }
            try step()
            switch node.picks {
            case .addresses:
                let passing = node.addresses.filter(\.passes).map(\.index)
                guard !passing.isEmpty else { return [earlier: 1] }
                var result: Answers = [:]
                for start in passing.indices {
                    let order = passing[start...] + passing[..<start]
                    let answer = order.reduce(into: earlier) { answer, address in
                        if answer.count < limit, !answer.contains(address) {
                            answer.append(address)
                        }
                    }
                    result[answer, default: 0] += 1 / Double(passing.count)
                }
                return result
            case .draw(let draws):
                let members = node.members.filter { $0.share > 0 }
                return try draw(
                    draws, from: members, after: earlier, atMost: limit, depth: depth)
            case .rotation(let most):
                let members = node.members.filter(\.isCandidate).map(\.node)
                let enough = min(limit, earlier.count + most)
                var result: Answers = [:]
                for start in members.indices {
                    var part: Answers = [earlier: 1]
                    for child in members[start...] + members[..<start] {
                        part = try extend(part, by: child, atMost: enough, depth: depth)
                    }
                    for (answer, probability) in part {
                        result[answer, default: 0] += probability / Double(members.count)
                    }
                }
                return try bounded(members.isEmpty ? [earlier: 1] : result)
            }
        }

        private mutating func draw(
            _ draws: Int, from members: [PolicyTrace.Member], after earlier: [Int],
            atMost limit: Int, depth: Int
        ) throws(TooMany) -> Answers {
            guard draws > 0, !members.isEmpty, earlier.count < limit else { return [earlier: 1] }
            try step()
            let sum = members.reduce(0) { $0 + Double($1.share) }
            var result: Answers = [:]
            for index in members.indices {
                var rest = members
                let drawn = rest.remove(at: index)
                let first = try answers(
                    of: drawn.node, after: earlier, atMost: limit, depth: depth + 1)
                for (list, p) in first {
                    let all = try draw(
                        draws - 1, from: rest, after: list, atMost: limit, depth: depth)
                    for (longer, q) in all {
                        result[longer, default: 0] += Double(drawn.share) / sum * p * q
                    }
                }
            }
            return try bounded(result)
        }

        private mutating func extend(
            _ answers: Answers, by child: Int, atMost limit: Int, depth: Int
        ) throws(TooMany) -> Answers {
            var result: Answers = [:]
            for (list, p) in answers {
                let longer = try self.answers(
                    of: child, after: list, atMost: limit, depth: depth + 1)
                for (answer, q) in longer { result[answer, default: 0] += p * q }
            }
            return try bounded(result)
        }

        private mutating func step() throws(TooMany) {
            steps += 1
            guard steps <= AnswerDistribution.maximumSteps else { throw TooMany() }
        }

        private func bounded(_ answers: Answers) throws(TooMany) -> Answers {
            guard answers.count <= AnswerDistribution.maximumAnswers else { throw TooMany() }
            return answers
        }
    }
}
