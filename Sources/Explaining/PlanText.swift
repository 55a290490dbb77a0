/// Writes a plan for an operator to read before it is carried out: the most dangerous first.
package struct PlanText {
    private let plan: Plan
    private var lines: [String] = []

    /// What is written out of each kind; JSON has all.
    private static let maximumGroups = 40
    private static let maximumNames = 3
    private static let maximumRecords = 20
    private static let maximumDefinitions = 40
    private static let maximumWarnings = 20

    package static func render(_ plan: Plan) -> String {
        var text = PlanText(plan: plan)
        text.write()
        return text.lines.joined(separator: "\n")
    }

    private init(plan: Plan) { self.plan = plan }

    private mutating func write() {
        lines.append("From \(plan.before) to \(plan.after)")
        lines += plan.notes.map { "  note: \($0)" }
        lines += ["", summary]
        writeNames()
        writeDefinitions()
        writeRecords()
        writeWarnings()
    }

    private var summary: String {
        if plan.isEmpty { return "No answer changes." }
        let counts = plan.counts
        let parts: [(Int, String)] = [
            (counts.removed, "not steered any more"), (counts.lost, "without their last endpoint"),
            (counts.moved, "with other shares"), (counts.otherwise, "changed otherwise"),
            (counts.added, "new"),
        ]
        let words = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return "Steered names: \(counts.steeredBefore) before, \(counts.steeredAfter) after; "
            + (words.isEmpty ? "none changes" : words.joined(separator: ", "))
            + ".\nStatic RRsets: \(counts.recordsAdded) new, \(counts.recordsChanged) changed, "
            + "\(counts.recordsRemoved) removed."
    }

    // MARK: Names

    private mutating func writeNames() {
        var effect: Plan.Effect?
        for group in plan.names.prefix(PlanText.maximumGroups) {
            if group.effect != effect {
                lines += ["", group.effect.title]
                effect = group.effect
            }
            lines.append("  " + names(group))
            for change in group.changes { lines.append("    " + text(change)) }
            for row in group.shares { lines.append("    " + text(row)) }
        }
        let more = plan.names.count - PlanText.maximumGroups
        if more > 0 {
            let names = plan.names.dropFirst(PlanText.maximumGroups).reduce(0) {
                $0 + $1.names.count
            }
            lines.append("and \(more) more kinds of change, of \(names) names")
        }
    }

    private func names(_ group: Plan.NameGroup) -> String {
        let shown = group.names.prefix(PlanText.maximumNames).joined(separator: " ")
        let more = group.names.count - PlanText.maximumNames
        return more > 0 ? "\(shown) and \(more) more alike" : shown
    }

    private func text(_ change: Plan.Change) -> String {
        change.key == "policy" && change.before == change.after
            ? "policy: its members or keys differ (\(change.after))"
            : "\(change.key): \(change.before) → \(change.after)"
    }

    private func text(_ row: Plan.ShareRow) -> String {
        let shares = row.endpoints.sorted { $0.key < $1.key }.map { key, share in
            share.before == share.after
                ? "\(key) \(Percentage(share.before).text)"
                : "\(key) \(Percentage(share.before).text) → \(Percentage(share.after).text)"
        }
        var text = row.type
        if !row.client.isEmpty { text += " to \(row.client)" }
        text += ": " + (shares.isEmpty ? "no endpoint" : shares.joined(separator: ", "))
        if let then = row.text { text += "; then \(then)" }
        return text
    }

    // MARK: Everything else

    private mutating func writeDefinitions() {
        guard !plan.definitions.isEmpty else { return }
        lines += ["", "Definitions"]
        for row in plan.definitions.prefix(PlanText.maximumDefinitions) {
            let changes = row.changes.filter { $0.key != "content" }.map(text)
            lines.append(
                "  \(row.kind) \(row.name): \(row.change)"
                    + (changes.isEmpty ? "" : ", " + changes.joined(separator: ", ")))
        }
        let more = plan.definitions.count - PlanText.maximumDefinitions
        if more > 0 { lines.append("  and \(more) more") }
    }

    private mutating func writeRecords() {
        guard !plan.records.isEmpty || !plan.zones.isEmpty else { return }
        lines += ["", "Static records"]
        for zone in plan.zones.prefix(PlanText.maximumRecords) {
            let serials = [zone.serialBefore, zone.serialAfter].map { $0.map { "\($0)" } ?? "none" }
            let word =
                zone.serialBefore == nil
                ? " (new)" : zone.serialAfter == nil ? " (removed)" : ""
            lines.append("  zone \(zone.zone)\(word): serial \(serials.joined(separator: " → "))")
        }
        let zones = plan.zones.count - PlanText.maximumRecords
        if zones > 0 { lines.append("  and \(zones) more zones") }
        for row in plan.records.prefix(PlanText.maximumRecords) {
            let text =
                switch (row.before, row.after) {
                case (nil, let after): "+ \(row.name) \(row.type) \(after ?? "")"
                case (let before, nil): "- \(row.name) \(row.type) \(before ?? "")"
                case (let before?, let after?): "~ \(row.name) \(row.type) \(before) → \(after)"
                }
            lines.append("  " + text)
        }
        let more = plan.records.count + plan.moreRecords - PlanText.maximumRecords
        if more > 0 { lines.append("  and \(more) more RRsets") }
    }

    private mutating func writeWarnings() {
        if plan.newWarnings.isEmpty, plan.goneWarnings == 0 { return }
        lines += [
            "", "Warnings: \(plan.newWarnings.count) new, \(plan.goneWarnings) gone",
        ]
        for warning in plan.newWarnings.prefix(PlanText.maximumWarnings) {
            lines.append("  \(warning)")
        }
        let more = plan.newWarnings.count - PlanText.maximumWarnings
        if more > 0 { lines.append("  and \(more) more") }
    }
}

extension Plan.Effect {
    fileprivate var title: String {
        switch self {
        case .removed: "REMOVED: these names exist no more"
        case .lost: "LOST: these names have no endpoint any more, in one family or for some clients"
        case .notSteered: "NOT STEERED: static records answer for these names"
        case .moved: "Other shares"
        case .otherwise:
            "Other changes: TTLs, what happens in failures, or clients that were not looked at"
        case .added: "New names"
        }
    }
}
