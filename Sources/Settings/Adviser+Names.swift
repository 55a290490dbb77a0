import DNSWire
import Zones

/// What is odd about a steered name.
extension Adviser {
    /// A TTL up to which nobody minds how long clients take to move, in seconds.
    private static let harmlessTTL = 300.0
    /// How many times the time that a failure takes to be seen a TTL may last.
    private static let proportion = 10.0

    mutating func check(_ name: SteeredName) {
        for policy in name.policies { check(policy, at: name.position) }
        let main = summary(of: name.policy)
        var all = main.endpoints
        if let fallback = name.fallback { all.formUnion(summary(of: fallback).endpoints) }
        if all.count > 1 { use.relied.formUnion(all) }
        checkSinglePoint(name, all)
        checkWhenDown(name, all)
        checkTTL(name, main.endpoints)
    }

    private mutating func checkSinglePoint(_ name: SteeredName, _ endpoints: Set<Int>) {
        guard let number = endpoints.first, !hasOtherWay(name, endpoints) else { return }
        let first = scope.endpoints[number]
        let addresses = first.definition.addresses
        let one = "the only endpoint of \(name.owner) is '\(first.definition.name)'"
        if endpoints.count == 1, first.definition.host == nil,
            addresses.count(where: \.isV4) < 2, addresses.count(where: { !$0.isV4 }) < 2
        {
            report(
                .singleEndpoint, name.position,
                "\(one), and nothing takes over when it is down: add another, or 'whenDown'")
        } else if let cluster = first.cluster, let written = first.definition.cluster,
            endpoints.allSatisfy({ scope.endpoints[$0].cluster == cluster })
        {
            report(
                .singleCluster, name.position,
                "all endpoints of \(name.owner) are in cluster '\(written)', and nothing takes over "
                    + "when that is down: add one elsewhere, or 'whenDown'")
        }
    }

    /// Whether something else is answered when all endpoints are down.
    private func hasOtherWay(_ name: SteeredName, _ endpoints: Set<Int>) -> Bool {
        guard case .addresses(let addresses) = name.whenDown else { return false }
        return !endpoints.contains { number in
            scope.endpoints[number].definition.addresses.contains { addresses.contains($0) }
        }
    }

    private mutating func checkWhenDown(_ name: SteeredName, _ endpoints: Set<Int>) {
        guard case .addresses(let addresses) = name.whenDown else { return }
        for number in endpoints.sorted() {
            let endpoint = scope.endpoints[number].definition
            guard let address = endpoint.addresses.first(where: addresses.contains) else {
                continue
            }
            report(
                .downAddress, name.position,
                "'whenDown' of \(name.owner) answers \(address), an address of '\(endpoint.name)', "
                    + "which is down then: write 'all' or 'lastGood', or another address")
            return
        }
    }

    private mutating func checkTTL(_ name: SteeredName, _ endpoints: Set<Int>) {
        guard case .seconds(let seconds) = name.ttl, endpoints.count > 1,
            let detection = endpoints.compactMap({ scope.endpoints[$0].detectionSeconds }).max()
        else { return }
        let ttl = Double(seconds)
        let sum = "interval × fall = \(Adviser.text(detection))"
        if ttl < detection {
            report(
                .shortTTL, name.position,
                "the TTL of \(name.owner) (\(seconds) s) is below the time that a failure takes to be "
                    + "seen (\(sum)), so resolvers ask in vain: check more often, or raise 'ttl'")
        } else if ttl > Adviser.harmlessTTL, ttl > Adviser.proportion * detection {
            report(
                .longTTL, name.position,
                "clients of \(name.owner) move up to \(Adviser.text(detection + ttl)) after a failure "
                    + "(\(sum), then a TTL of \(seconds) s): lower 'ttl'")
        }
    }

    /// `30 s`, with a decimal where it tells something.
    private static func text(_ seconds: Double) -> String {
        let rounded = (seconds * 10).rounded() / 10
        return Int(exactly: rounded).map { "\($0) s" } ?? "\(rounded) s"
    }
}
