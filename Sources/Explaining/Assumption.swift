import Compiling
package import Health
import Serving
import Steering
import Zones

/// What is taken for true against the facts, as `--with` says it: `edge-us=down`.
package struct AssumedState: Sendable, Hashable {
    package enum Target: Sendable, Hashable {
        /// An endpoint's key, or its name alone where that is clear.
        case endpoint(String)
        /// Every endpoint of a cluster.
        case cluster(String)
        /// Every endpoint of a region's clusters.
        case region(String)
        /// The endpoints of a cluster, as far as one steered name uses them.
        case name(String, cluster: String)
        /// What a feed has said.
        case feed(String)
    }

    package enum Change: Sendable, Hashable {
        case verdict(Verdict)
        case override(Override)
        /// Of a feed: it says nothing any more, for as long as makes it silent.
        case lost
    }

    package let target: Target
    package let change: Change
    /// As it was written.
    package let text: String

    /// The words that may stand behind `=`.
    package static let words =
        "down, up, drained, soft-drained, healthy, degraded, unhealthy, unknown, unchecked"

    /// Reads `TARGET=STATE`; of a feed, `feed:NAME=lost`.
    ///
    /// - Throws: `AssumptionError` with what is wrong.
    package init(_ text: String) throws(AssumptionError) {
        guard let equals = text.lastIndex(of: "=") else {
            throw AssumptionError("write TARGET=STATE, as in edge-us=down")
        }
        let state = String(text[text.index(after: equals)...])
        let target = String(text[..<equals])
        self.text = text
        self.target = try AssumedState.target(target)
        if case .feed = self.target {
            guard state == "lost" else {
                throw AssumptionError("a feed can be lost, and nothing else: \(target)=lost")
            }
            change = .lost
            return
        }
        switch state {
        case "down": change = .override(.down)
        case "up": change = .override(.up)
        case "drained": change = .override(.hardDrain)
        case "soft-drained": change = .override(.softDrain)
        default:
            guard let verdict = Verdict(state) else {
                throw AssumptionError("'\(state)' is no state; known are \(AssumedState.words)")
            }
            change = .verdict(verdict)
        }
    }

    /// The loss of a target, as `--without` says it: `edge-us`, `cluster:us-east`, `feed:robots`.
    package init(lossOf text: String) throws(AssumptionError) {
        let target = try AssumedState.target(text)
        self.target = target
        self.text = "without \(text)"
        if case .feed = target { change = .lost } else { change = .override(.down) }
    }

    private static func target(_ text: String) throws(AssumptionError) -> Target {
        func rest(_ prefix: String) -> String? {
            text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
        }
        let target: (Target, String)
        if let name = rest("cluster:") {
            target = (.cluster(name), name)
        } else if let name = rest("region:") {
            target = (.region(name), name)
        } else if let name = rest("feed:") {
            target = (.feed(name), name)
        } else if let at = text.firstIndex(of: "@") {
            let cluster = String(text[text.index(after: at)...])
            target = (.name(String(text[..<at]), cluster: cluster), cluster)
        } else {
            target = (.endpoint(text), text)
        }
        guard !target.1.isEmpty else { throw AssumptionError("'\(text)' names nothing") }
        return target.0
    }
}

/// What is wrong with an assumption, in one sentence.
package struct AssumptionError: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
