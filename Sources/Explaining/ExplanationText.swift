/// Writes an explanation for people to read in a terminal.
///
///     shop.example.com. A
///       asked by 127.0.0.1, at 2026-11-22T20:00:00Z, image 3, verdicts of the running server
///
///     shop.example.com. is in zone example.com.; a policy decides
///
///     weighted: one member by weight                        healthy
///     ├─  75.0 %  edge-us  weight 3 of 4
///     │           127.0.0.11  healthy since 2026-11-22T19:58:00Z (canary: status 200)
///     └─     —    edge-eu  down
///                 127.0.0.12  unhealthy since …
package struct ExplanationText {
    private let explanation: Explanation
    private var lines: [String] = []

    /// Members of one group that are written out; the rest is counted.
    private static let maximumMembers = 40

    package init(_ explanation: Explanation) { self.explanation = explanation }

    /// All lines.
    package static func render(_ explanation: Explanation) -> String {
        var text = ExplanationText(explanation)
        text.writeHead()
        text.writePolicy()
        text.writeResponse()
        return text.lines.map(\.withoutTrailingBlanks).joined(separator: "\n")
    }

    private mutating func writeHead() {
        let state = explanation.state
        let client = explanation.client
        lines.append("\(explanation.name) \(explanation.type)")
        var asked = client.isSubnet ? "asked for client \(client.text)" : "asked by \(client.text)"
        if !client.places.isEmpty { asked += " (\(client.places.joined(separator: ", ")))" }
        lines.append("  \(asked)")
        let base = state.isLive ? "verdicts of the running server" : "no server asked"
        let image = state.image > 0 ? ", image \(state.image)" : ""
        lines.append("  at \(state.time)\(image), \(base)")
        for assumption in state.assumptions { lines.append("  assumed: \(assumption)") }
        for note in state.notes { lines.append("  note: \(note)") }
        lines.append("")
        for step in explanation.steps { lines.append("\(step.name) \(step.text)") }
        lines.append("")
    }

    // MARK: The policy

    private mutating func writePolicy() {
        guard let policy = explanation.policy else { return }
        lines.append("The policy of \(policy.owner) over \(policy.family): \(policy.standing)")
        writeRoot(policy.tree)
        if let text = policy.insteadText {
            lines += ["", text.prefix(1).uppercased() + text.dropFirst()]
        }
        if let instead = policy.instead { writeRoot(instead) }
        lines.append("")
    }

    private mutating func writeRoot(_ node: Explanation.Node) {
        lines.append("  \(title(node))")
        writeAddresses(node, "    ")
        writeMembers(node, "  ")
    }

    private func title(_ node: Explanation.Node) -> String {
        if let endpoint = node.endpoint {
            let cluster = node.cluster.map { ", cluster \($0)" } ?? ""
            return "endpoint \(endpoint)\(cluster)\(node.text.isEmpty ? "" : ": \(node.text)")"
        }
        return node.isShownAbove
            ? "\(node.kind): shown above" : "\(node.kind): \(node.text)"
    }

    private mutating func writeMembers(_ node: Explanation.Node, _ indent: String) {
        for requirement in node.requirements { lines.append("\(indent)requires \(requirement)") }
        let shown = node.members.prefix(ExplanationText.maximumMembers)
        let hidden = node.members.dropFirst(ExplanationText.maximumMembers)
        let width = shown.map { $0.label.count }.max() ?? 0
        for (index, member) in shown.enumerated() {
            let isLast = index == shown.count - 1 && hidden.isEmpty
            let chance = member.isCandidate ? percent(member.chance) : "—"
            lines.append(
                indent + (isLast ? "└─ " : "├─ ") + chance.padded(to: 7, atFront: true) + "  "
                    + member.label.padded(to: width) + "  " + member.text)
            let inner = indent + (isLast ? "   " : "│  ")
            let deeper = inner + "         "
            if member.node.endpoint == nil {
                lines.append("\(deeper)\(title(member.node)): \(member.node.standing)")
                if !member.node.isShownAbove { writeMembers(member.node, deeper) }
            } else {
                // A branch has a key of its own, and hides what it leads to.
                let name = member.node.endpoint?.split(separator: "/").last ?? ""
                if member.label != name { lines.append(deeper + title(member.node)) }
                writeAddresses(member.node, deeper)
            }
        }
        guard !hidden.isEmpty else { return }
        let usable = hidden.count(where: \.isCandidate)
        lines.append(
            indent + "└─ and \(hidden.count) more members, of which \(usable) may answer")
    }

    private mutating func writeAddresses(_ node: Explanation.Node, _ indent: String) {
        let width = node.addresses.map { $0.address.count }.max() ?? 0
        for address in node.addresses {
            var line = indent + address.address.padded(to: width) + "  " + address.text
            if node.addresses.count > 1, !address.isGiven, node.addresses.contains(where: \.isGiven)
            {
                line += "; not given"
            }
            lines.append(line)
        }
    }

    // MARK: The response

    private mutating func writeResponse() {
        let response = explanation.response
        lines.append("Answer: \(response.rcode), \(response.text)")
        if response.draws > 0 {
            lines.append(
                "  (IN ANSWER is an estimate from \(response.draws) draws; FIRST is exact)")
        }
        writeShares(response)
        if let ttl = response.ttl { lines.append("TTL: \(ttl) s; \(response.ttlText)") }
        let scope = response.scope.map { "scope /\($0)" } ?? "no scope"
        lines.append("Client subnet: \(scope); \(response.scopeText)")
        if let code = response.extendedErrorCode {
            let text = response.extendedErrorText.map { $0.isEmpty ? "" : ": \($0)" } ?? ""
            lines.append("Extended error: \(code)\(text)")
        }
    }

    private mutating func writeShares(_ response: Explanation.Response) {
        guard !response.addresses.isEmpty else { return }
        let hasOne = response.answers.allSatisfy { $0.addresses.count <= 1 }
        var table = TextTable(
            ["ADDRESS", "ENDPOINT"] + (hasOne ? ["SHARE"] : ["FIRST", "IN ANSWER"]),
            rightColumns: [2, 3])
        for share in response.addresses {
            var row = [share.address, share.endpoint ?? "-", percent(share.first)]
            if !hasOne { row.append(percent(share.included)) }
            table.add(row)
        }
        lines += table.lines.map { "  " + $0 }
    }

    /// A probability with a precision that tells the rare from the impossible.
    private func percent(_ probability: Double) -> String {
        Percentage(probability).text
    }
}

/// A share of one, as people read it: `75.0 %`.
package struct Percentage {
    let share: Double

    package init(_ share: Double) { self.share = share }

    package var text: String {
        if share >= 1 { return "100 %" }
        if share <= 0 { return "0 %" }
        if share < 0.0001 { return "<0.01 %" }
        if share < 0.001 {
            let hundredths = Int((share * 10_000).rounded())
            return "0.0\(hundredths) %".replacingTens
        }
        let tenths = min(Int((share * 1000).rounded()), 999)
        return "\(tenths / 10).\(tenths % 10) %"
    }
}

extension String {
    /// `0.010 %` is written `0.10 %`.
    fileprivate var replacingTens: String { self == "0.010 %" ? "0.10 %" : self }
}
