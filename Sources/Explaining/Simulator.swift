package import DNSWire
import Steering
import Zones

/// Compares who gets the queries before and after.
package struct Simulator {
    private var before: OutcomeTable
    private var after: OutcomeTable
    private let traffic: Traffic
    private var endpoints: [String: Simulation.Change] = [:]
    private var regions: [String: Region] = [:]
    private var unanswered = Simulation.Change()
    private var whileDown = Simulation.Change()
    private var moved = 0.0
    private var total = 0.0
    private var clusterOf: [String: String] = [:]

    private struct Region {
        var weight = 0.0
        var moved = 0.0
        var clusters: [String: Simulation.Change] = [:]
    }

    package init(before: SimulatedSide, after: SimulatedSide, traffic: Traffic) {
        self.before = OutcomeTable(before)
        self.after = OutcomeTable(after)
        self.traffic = traffic
        for endpoint in before.endpoints.all + after.endpoints.all {
            clusterOf[endpoint.key] = endpoint.cluster
            endpoints[endpoint.key] = Simulation.Change()
        }
    }

    /// Runs.
    ///
    /// - Parameters:
    ///   - changes: what differs, in words.
    ///   - names: the steered names of both sides, to tell which lose their last endpoint.
    ///   - demand: everything that is asked, in the unit of capacities.
    package consuming func run(
        changes: [String], names: [Name], demand: Double?, notes: [String] = []
    ) -> Simulation {
        var notSteered = 0.0
        for flow in traffic.flows where flow.weight > 0 {
            let old = before.outcome(of: flow.name, v4: flow.v4, client: flow.client)
            let new = after.outcome(of: flow.name, v4: flow.v4, client: flow.client)
            guard old != nil || new != nil else {
                notSteered += flow.weight
                continue
            }
            add(flow, old ?? Outcome(), new ?? Outcome())
        }
        var notes = notes + traffic.notes
        if notSteered > 0 {
            notes.append(
                "\(Percentage(notSteered / (notSteered + total)).text) of the queries are for names "
                    + "that no policy decides, and are left out")
        }
        if total == 0 { notes.append("nothing that a policy decides is asked for") }
        let losses = losses(names)
        return Simulation(
            changes: changes, basis: traffic.basis, notes: notes, demand: demand,
            moved: share(moved), unanswered: share(unanswered), whileDown: share(whileDown),
            endpoints: endpointRows, clusters: clusterRows(demand), regions: regionRows,
            lostNames: Array(losses.rows.prefix(Simulation.maximumNames)),
            moreLostNames: max(0, losses.rows.count - Simulation.maximumNames),
            names: names.count, changedNames: losses.changed)
    }

    private mutating func add(_ flow: Traffic.Flow, _ old: Outcome, _ new: Outcome) {
        let weight = flow.weight
        total += weight
        // What one of the two has more of than the other has gone elsewhere.
        var difference = abs(old.unanswered - new.unanswered) + abs(old.listed - new.listed)
        for key in Set(old.shares.keys).union(new.shares.keys) {
            let (a, b) = (old.shares[key] ?? 0, new.shares[key] ?? 0)
            difference += abs(a - b)
            endpoints[key, default: .init()].before += weight * a
            endpoints[key, default: .init()].after += weight * b
            if let region = flow.region {
                let cluster = clusterOf[key] ?? "none"
                regions[region, default: .init()].clusters[cluster, default: .init()].before +=
                    weight * a
                regions[region, default: .init()].clusters[cluster, default: .init()].after +=
                    weight * b
            }
        }
        moved += weight * difference / 2
        unanswered.before += weight * old.unanswered
        unanswered.after += weight * new.unanswered
        if old.isDown { whileDown.before += weight * (1 - old.unanswered) }
        if new.isDown { whileDown.after += weight * (1 - new.unanswered) }
        if let region = flow.region {
            regions[region, default: .init()].weight += weight
            regions[region, default: .init()].moved += weight * difference / 2
        }
    }

    // MARK: Rows

    private func share(_ value: Double) -> Double { total > 0 ? value / total : 0 }

    private func share(_ change: Simulation.Change) -> Simulation.Change {
        .init(before: share(change.before), after: share(change.after))
    }

    private var endpointRows: [Simulation.EndpointRow] {
        endpoints.map { key, change in
            Simulation.EndpointRow(endpoint: key, cluster: clusterOf[key], share: share(change))
        }.sorted {
            let (a, b) = (
                max($0.share.before, $0.share.after), max($1.share.before, $1.share.after)
            )
            return a == b ? $0.endpoint < $1.endpoint : a > b
        }
    }

    private func clusterRows(_ demand: Double?) -> [Simulation.ClusterRow] {
        var sums: [String: Simulation.Change] = [:]
        for (key, change) in endpoints {
            guard let cluster = clusterOf[key] else { continue }
            sums[cluster, default: .init()].before += change.before
            sums[cluster, default: .init()].after += change.after
        }
        let known = after.side.endpoints.clusters + before.side.endpoints.clusters
        return sums.map { name, change in
            let definition = known.first { $0.name == name }
            let share = share(change)
            let capacity = definition?.capacity
            return Simulation.ClusterRow(
                cluster: name, region: definition?.region, capacity: capacity, share: share,
                fullAt: capacity.flatMap { share.after > 0 ? $0 / share.after : nil },
                overruns: capacity.flatMap { capacity in
                    demand.map { $0 * share.after > capacity * (1 + 1e-9) }
                } ?? false)
        }.sorted { $0.cluster < $1.cluster }
    }

    private var regionRows: [Simulation.RegionRow] {
        regions.map { name, region in
            let weight = max(region.weight, .leastNormalMagnitude)
            return Simulation.RegionRow(
                region: name, weight: share(region.weight), moved: region.moved / weight,
                clusters: region.clusters.mapValues {
                    .init(before: $0.before / weight, after: $0.after / weight)
                })
        }.sorted { $0.weight == $1.weight ? $0.region < $1.region : $0.weight > $1.weight }
    }

    // MARK: Names

    private mutating func losses(_ names: [Name]) -> (rows: [Simulation.NameRow], changed: Int) {
        var rows: [Simulation.NameRow] = []
        var changed = 0
        for name in names {
            var types: [String] = []
            var text = ""
            var differs = false
            for v4 in [true, false] {
                let old = before.outcome(of: name, v4: v4, client: nil)
                let new = after.outcome(of: name, v4: v4, client: nil)
                if old != new { differs = true }
                guard let old, !old.isDown, !old.shares.isEmpty else { continue }
                guard let new else {
                    types.append(v4 ? "A" : "AAAA")
                    text = "is not there any more"
                    continue
                }
                if new.isDown || new.shares.isEmpty {
                    types.append(v4 ? "A" : "AAAA")
                    text = new.text
                }
            }
            if differs { changed += 1 }
            guard !types.isEmpty else { continue }
            rows.append(
                Simulation.NameRow(
                    name: name.description, types: types.joined(separator: " and "), text: text))
        }
        return (rows, changed)
    }
}

extension Outcome {
    /// The share without an address.
    var unanswered: Double {
        let answered = shares.values.reduce(listed, +)
        return answered > 1 - 1e-9 ? 0 : 1 - answered
    }

    /// What is answered when the policy is down.
    var text: String {
        switch outcome {
        case .addressesWhileDown:
            listed > 0 ? "answers the addresses of whenDown" : "answers as whenDown says"
        case .noDataFamilyDown: "answers no records, the other family is up"
        case .serverFailure: "answers SERVFAIL"
        default: "answers no records"
        }
    }
}
