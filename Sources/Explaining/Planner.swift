import Compiling
package import DNSWire
import Steering
import Zones

/// Compares what two configurations answer, by the exact shares that `Simulator` compares losses by.
package struct Planner {
    private let before: PlannedSide
    private let after: PlannedSide
    private var oldOutcomes: OutcomeTable
    private var newOutcomes: OutcomeTable
    private let clients: [IPNetwork]

    /// Clients of whom a group's shares are listed.
    private static let maximumShareRows = 16

    /// - Parameter clients: networks that are looked at beside one for each branch of policies.
    package init(before: PlannedSide, after: PlannedSide, clients: [IPNetwork] = []) {
        self.before = before
        self.after = after
        oldOutcomes = OutcomeTable(before.side)
        newOutcomes = OutcomeTable(after.side)
        self.clients = clients
    }

    package consuming func run(
        before beforeText: String, after afterText: String, notes: [String] = []
    ) -> Plan {
        var plan = Plan(before: beforeText, after: afterText)
        plan.notes = notes
        compareNames(&plan)
        RecordChanges(before.sources, after.sources).add(to: &plan)
        plan.definitions = DefinitionChanges(before, after).rows
        compareWarnings(&plan)
        return plan
    }

    private func compareWarnings(_ plan: inout Plan) {
        // Lines move, and folders have other names: what is said is compared.
        var known: [String: Int] = [:]
        for warning in before.warnings { known[warning.message, default: 0] += 1 }
        for warning in after.warnings {
            if known[warning.message, default: 0] > 0 {
                known[warning.message, default: 0] -= 1
            } else {
                plan.newWarnings.append(warning.description)
            }
        }
        plan.goneWarnings = known.values.reduce(0, +)
    }

    // MARK: Names

    /// What makes two names change alike.
    private struct Kind: Hashable {
        var before: Int?
        var after: Int?
        /// Whether the name exists afterwards without being steered.
        var exists: Bool
    }

    private mutating func compareNames(_ plan: inout Plan) {
        let (old, new) = (before.names, after.names)
        plan.counts.steeredBefore = old.count
        plan.counts.steeredAfter = new.count
        let zones = Dictionary(
            after.sources.map { ($0.zone.origin, $0.zone) }, uniquingKeysWith: { first, _ in first }
        )
        var groups: [Kind: [Name]] = [:]
        for (name, steered) in old where new[name]?.print != steered.print {
            let exists = new[name] == nil && isStatic(name, zones)
            groups[
                Kind(before: steered.print, after: new[name]?.print, exists: exists), default: []
            ]
            .append(name)
        }
        for (name, steered) in new where old[name] == nil {
            groups[Kind(before: nil, after: steered.print, exists: true), default: []].append(name)
        }
        guard !groups.isEmpty else { return }
        let clients = PlannedClients([before, after], further: clients)
        for (kind, names) in groups {
            let names = names.sorted()
            guard let name = names.first else { continue }
            var group = group(name, old[name], new[name], exists: kind.exists, clients)
            group.names = names.map(\.description)
            count(group, &plan.counts)
            plan.names.append(group)
        }
        plan.names.sort(by: Planner.isWorse)
    }

    private static func isWorse(_ a: Plan.NameGroup, _ b: Plan.NameGroup) -> Bool {
        let (first, second) = (a.effect.rank, b.effect.rank)
        if first != second { return first < second }
        let (x, y) = (a.moved * Double(a.names.count), b.moved * Double(b.names.count))
        if x != y { return x > y }
        return (a.names.first ?? "") < (b.names.first ?? "")
    }

    private func isStatic(_ name: Name, _ zones: [Name: Zone]) -> Bool {
        var origin: Name? = name
        while let next = origin {
            if let zone = zones[next] { return !(zone.owners[name] ?? []).isEmpty }
            origin = next.parent
        }
        return false
    }

    private func count(_ group: Plan.NameGroup, _ counts: inout Plan.Counts) {
        let names = group.names.count
        switch group.effect {
        case .added: counts.added += names
        case .removed, .notSteered: counts.removed += names
        case .lost: counts.lost += names
        case .moved: counts.moved += names
        case .otherwise: counts.otherwise += names
        }
    }

    private mutating func group(
        _ name: Name, _ old: PlannedSide.Steered?, _ new: PlannedSide.Steered?, exists: Bool,
        _ clients: PlannedClients
    ) -> Plan.NameGroup {
        var group = Plan.NameGroup(.otherwise)
        var isLost = false
        let nobody =
            new != nil
            ? "no records" : exists ? "no policy decides" : "the name is not there any more"
        for (text, network) in clients.all {
            for v4 in [true, false] {
                let before = oldOutcomes.outcome(of: name, v4: v4, client: network)
                let after = newOutcomes.outcome(of: name, v4: v4, client: network)
                // A family that neither side has, and a client that gets what nobody in particular does.
                guard before?.isEmpty != true || after?.isEmpty != true, before != after else {
                    continue
                }
                let row = Planner.row(text, v4: v4, before, after, nobody: nobody)
                group.moved = max(group.moved, Planner.moved(before, after))
                if let before, before.hasEndpoints, !(after?.hasEndpoints ?? false) {
                    isLost = true
                }
                let isKnown = group.shares.contains {
                    $0.type == row.type && $0.endpoints == row.endpoints && $0.text == row.text
                }
                if !isKnown, group.shares.count < Planner.maximumShareRows {
                    group.shares.append(row)
                }
            }
        }
        switch (old, new) {
        case (nil, _): group.effect = .added
        case (_, nil): group.effect = exists ? .notSteered : .removed
        case (let old?, let new?):
            group.changes = NameChanges(old, new).all
            group.effect = isLost ? .lost : group.moved > 0 ? .moved : .otherwise
        }
        return group
    }

    private static func moved(_ before: Outcome?, _ after: Outcome?) -> Double {
        let (old, new) = (before ?? Outcome(), after ?? Outcome())
        var difference = abs(old.unanswered - new.unanswered) + abs(old.listed - new.listed)
        for key in Set(old.shares.keys).union(new.shares.keys) {
            difference += abs((old.shares[key] ?? 0) - (new.shares[key] ?? 0))
        }
        return min(1, difference / 2)
    }

    private static func row(
        _ client: String, v4: Bool, _ before: Outcome?, _ after: Outcome?, nobody: String
    ) -> Plan.ShareRow {
        var endpoints: [String: Simulation.Change] = [:]
        for (key, share) in before?.shares ?? [:] {
            endpoints[key, default: .init()].before = share
        }
        for (key, share) in after?.shares ?? [:] { endpoints[key, default: .init()].after = share }
        let hasEndpoints = after?.hasEndpoints ?? false
        let text = hasEndpoints ? nil : after?.text ?? nobody
        return Plan.ShareRow(
            client: client, type: v4 ? "A" : "AAAA", endpoints: endpoints, text: text)
    }
}

extension Outcome {
    /// Whether endpoints answer that are up.
    var hasEndpoints: Bool { !shares.isEmpty && !isDown }

    /// Whether it is as if the name had no such address.
    var isEmpty: Bool { shares.isEmpty && listed == 0 && outcome == .noData }
}

extension Plan.Effect {
    /// The most dangerous has the lowest.
    var rank: Int { Plan.Effect.allCases.firstIndex(of: self) ?? 0 }
}
