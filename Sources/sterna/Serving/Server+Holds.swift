import Compiling
import Control
import Foundation
import Holding
import Logging
import Serving
import Settings

/// What is held back, and letting it back.
extension Server {
    func failBack(
        _ owner: String, family: Int?
    ) async throws(FailbackRefusal) -> FailbackReport {
        let results = holds.failBack(owner, v4: family.map { $0 == 4 })
        guard !results.isEmpty else {
            throw .unknown(suggestion: Suggestion.nearest(to: owner, among: holds.owners()))
        }
        let changed = results.filter { $0.effect != .nothing }
        let waiting = changed.filter { $0.effect == .waiting }.count
        let message =
            if changed.isEmpty {
                "\(owner): nothing was held back"
            } else if waiting == changed.count {
                "\(owner): the first tier answers again as soon as it works"
            } else {
                "\(owner): the first tier answers again"
            }
        logger.notice("failback by an operator: \(message)")
        return FailbackReport(
            message: message,
            nodes: results.map {
                .init(
                    node: $0.node.text, family: $0.isV4 ? 4 : 6,
                    effect: $0.effect == .nothing
                        ? "nothing" : $0.effect == .waiting ? "waiting" : "released")
            })
    }

    /// The keeper of holds, which tells the log.
    static func keeper(of plane: Plane, logger: Logger) -> HoldKeeper {
        let start = ContinuousClock.now
        return HoldKeeper(
            words: plane.verdicts, now: { start.duration(to: .now).components.seconds },
            date: { Int64(Date().timeIntervalSince1970) },
            onChange: { change in
                logger.notice(
                    "\(change.node.text) IPv\(change.isV4 ? 4 : 6): \(change.text)",
                    metadata: ["reason": "\(change.reason.text)"])
            })
    }

    /// The words that the image of the last run, or the one before a reload, uses.
    func slots(serving known: [SlotMap.Key: Int]) -> SlotMap {
        SlotMap(
            serving: known, holds: state.holdSlots(file: plane.adoptedFile),
            capacity: Plane.slotCount)
    }

    /// What the run before this one served; nil when it cannot be read.
    var lastServed: LoadedImage? {
        guard plane.adoptedFile > 0 else { return nil }
        return try? LoadedImage(
            path: state.imagePath(plane.adoptedFile), root: Int(plane.adoptedRoot))
    }

    func heldReports() -> [HeldReport] {
        holds.held().map { held in
            HeldReport(
                node: held.node.text, family: held.isV4 ? 4 : 6, tier: held.tier + 1,
                tierEndpoints: held.tierName, homeEndpoints: held.homeName,
                since: held.since.map {
                    Date(timeIntervalSince1970: TimeInterval($0)).ISO8601Format()
                },
                reason: held.reason)
        }
    }

    func holdMetrics() -> [MetricFamily] {
        let totals = holds.totals()
        let held = holds.held().filter { !$0.isWaiting }
        return [
            .init(
                "sterna_failover_held",
                help: "Failover nodes whose better tiers are held back, families counted apart.",
                kind: .gauge, value: Double(held.count)),
            .init(
                "sterna_failover_holds_total",
                help: "Times that traffic left a tier for good because it had failed.",
                kind: .counter, value: Double(totals.holds)),
            .init(
                "sterna_failover_releases_total",
                help: "Times that a tier which was held back could answer again.", kind: .counter,
                value: Double(totals.releases)),
        ]
    }
}

extension HoldChange {
    var text: String {
        if isWaiting { return "the first tier answers again as soon as it works" }
        return to > from
            ? "tier \(to + 1) (\(tierName)) goes on answering when better ones come back"
            : "tier \(to + 1) (\(tierName)) may answer again"
    }
}

extension TierHold.Reason {
    var text: String {
        switch self {
        case .failed: "a better tier failed"
        case .stable: "it has been well for long enough"
        case .lastResort: "nothing else was left"
        case .operatorDecision: "an operator said so"
        }
    }
}

extension HeldNode {
    /// Why, and what ends it.
    var reason: String {
        if isWaiting { return "let back by an operator; the first tier does not work yet" }
        if afterSeconds == nil { return "a better tier failed; waits for 'sterna failback'" }
        guard let comesBackIn else { return "a better tier failed, and does not work yet" }
        return "a better tier failed; comes back in \(comesBackIn) s"
    }
}
