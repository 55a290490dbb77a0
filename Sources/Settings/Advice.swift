package import Zones

/// What a configuration may say and its operator hardly means: nothing that keeps it from being served.
package struct Advice: Hashable, Sendable {
    /// What it is about; the word that silences it.
    package enum Code: String, Sendable, CaseIterable {
        /// Nothing takes over when one endpoint is down.
        case singleEndpoint = "single-endpoint"
        /// Nothing takes over when one cluster is down.
        case singleCluster = "single-cluster"
        /// A tier behind one that never goes down.
        case unreachableTier = "unreachable-tier"
        /// A tier of nothing but what stands before it.
        case repeatedTier = "repeated-tier"
        /// Clients that no branch is for.
        case noDefault = "no-default"
        /// A group whose weights are all 0.
        case noWeight = "no-weight"
        /// More members are asked for than there are.
        case tooFewMembers = "too-few-members"
        /// `failback` where nothing is left and so nothing returned to.
        case idleFailback = "idle-failback"
        /// `requires` of something that never goes down.
        case idleRequirement = "idle-requirement"
        /// An endpoint whose failure nobody notices.
        case uncheckedEndpoint = "unchecked-endpoint"
        case shortTTL = "short-ttl"
        case longTTL = "long-ttl"
        /// An address of `whenDown` that is an endpoint's, which is down then.
        case downAddress = "down-address"
        case unusedEndpoint = "unused-endpoint"
        case unusedPolicy = "unused-policy"
        case unusedCluster = "unused-cluster"
    }

    package var code: Code
    package var position: SourcePosition
    /// What is wrong, and what to do.
    package var message: String

    package init(_ code: Code, _ position: SourcePosition, _ message: String) {
        self.code = code
        self.position = position
        self.message = message
    }

    /// A warning that ends with the word that silences it.
    package var finding: Finding {
        Finding(.warning, at: position, "\(message) [\(code.rawValue)]")
    }

    /// Warnings of one kind that are written out: more than anybody reads.
    package static let maximumOfCode = 10_000

    /// Warnings in the order of files; at most so many of a kind, and then how many more there are.
    package static func findings(_ advice: [Advice], ofCode limit: Int) -> [Finding] {
        var counts: [Code: Int] = [:]
        var result: [Finding] = []
        for item in advice {
            counts[item.code, default: 0] += 1
            if counts[item.code, default: 0] <= limit { result.append(item.finding) }
        }
        for code in Code.allCases {
            let more = counts[code, default: 0] - limit
            guard more > 0, let first = advice.first(where: { $0.code == code }) else { continue }
            result.append(
                Finding(
                    .warning, at: SourcePosition(file: first.position.file),
                    "and \(more) more such warnings [\(code.rawValue)]"))
        }
        return result
    }
}
