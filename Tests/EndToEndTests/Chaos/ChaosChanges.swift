import Foundation
import Synchronization

/// Changes zone files and verdicts without end, and keeps what is known of the server's state.
///
/// A change that nobody acknowledges, because the control process has just been killed, leaves it
/// open which state is served, until a later one is acknowledged.
final class ChaosChanges: Sendable {
    /// What was acknowledged.
    struct Counts: Sendable {
        var reloads = 0
        var pushes = 0
        var feeds = 0
        /// Changes that met a control process that was dead, or died.
        var unacknowledged = 0
    }

    /// Endpoints that are pushed; the watched file speaks of the others.
    private static let pushed = 0..<2

    private let site: Site
    private let zone: String
    private let steering: String
    private let state = Mutex(ChaosMoment())
    private let counted = Mutex(Counts())

    var moment: ChaosMoment { state.withLock { $0 } }
    var counts: Counts { counted.withLock { $0 } }

    /// Writes the first version of a site that serves nothing yet.
    init(_ site: Site) throws {
        self.site = site
        zone = try String(contentsOfFile: "\(site.folder)/zones/example.com.zone", encoding: .utf8)
        steering = try String(
            contentsOfFile: "\(site.folder)/zones/example.com.yaml", encoding: .utf8)
        try writeVersion(0)
        try writeFeed([Bool](repeating: false, count: ChaosMoment.endpointCount))
    }

    /// Makes one change of a random kind and waits for its acknowledgement.
    func next(_ generator: inout SplitMix) async throws {
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: try await reload()
        case 1:
            let endpoint = Int.random(in: Self.pushed, using: &generator)
            try await push(endpoint, isDown: Bool.random(using: &generator))
        default:
            let isDown = (0..<ChaosMoment.endpointCount).map { _ in
                Bool.random(using: &generator)
            }
            try await feed(isDown)
        }
    }

    private func count(_ kind: WritableKeyPath<Counts, Int>, _ isAcknowledged: Bool) {
        counted.withLock { $0[keyPath: isAcknowledged ? kind : \.unacknowledged] += 1 }
    }

    // MARK: Zones

    private func reload() async throws {
        let version = state.withLock { state in
            state.latest += 1
            return state.latest
        }
        try writeVersion(version)
        let reply = try? await site.http("POST", "/v1/reload")
        if reply?.code == 200 { state.withLock { $0.acknowledged = version } }
        count(\.reloads, reply?.code == 200)
    }

    private func writeVersion(_ version: Int) throws {
        let address = ChaosQuestion.address(ofVersion: version)
        let bytes = [24, 16, 8, 0].map { String(address >> $0 & 0xFF) }.joined(separator: ".")
        try site.write(
            zone.replacing("2026112201", with: "\(version + 1)") + "changing 5 A \(bytes)\n",
            to: "zones/example.com.zone")
        let endpoints = (0..<ChaosMoment.endpointCount).map {
            "  chaos-\($0): { addresses: 192.0.2.\(101 + $0) }\n"
        }
        let all = "[chaos-0, chaos-1, chaos-2, chaos-3]"
        var names = """
              order: { ttl: 5, policy: { failover: \(all) } }
              spread: { ttl: 5, policy: { all: \(all) } }
              share: { ttl: 5, policy: { weighted: { chaos-0: 4, chaos-1: 3, chaos-2: 2, chaos-3: 1 } } }

            """
        // An endpoint before all others, so that theirs have other numbers while it is there.
        var guest = ""
        if version % 2 == 1 {
            guest = "  a-guest: { addresses: 192.0.2.109 }\n"
            names += "  guest: { ttl: 5, policy: a-guest }\n"
        }
        try site.write(
            steering.replacing("endpoints:\n", with: "endpoints:\n" + guest + endpoints.joined())
                .replacing("names:\n", with: "names:\n" + names),
            to: "zones/example.com.yaml")
    }

    // MARK: Verdicts

    /// Notes that an endpoint is told something new.
    private func tell(_ endpoint: Int) {
        state.withLock {
            $0.endpoints[endpoint].isCertain = false
            $0.endpoints[endpoint].change += 1
        }
    }

    /// Notes that the server has taken it.
    private func acknowledge(_ endpoint: Int, isDown: Bool) {
        state.withLock {
            $0.endpoints[endpoint].isDown = isDown
            $0.endpoints[endpoint].isCertain = true
            $0.endpoints[endpoint].change += 1
        }
    }

    private func push(_ endpoint: Int, isDown: Bool) async throws {
        tell(endpoint)
        let verdict = isDown ? "unhealthy" : "healthy"
        let reply = try? await site.http(
            "PUT", "/v1/health/example.com/chaos-\(endpoint)", body: #"{"verdict": "\#(verdict)"}"#)
        if reply?.code == 200 { acknowledge(endpoint, isDown: isDown) }
        count(\.pushes, reply?.code == 200)
    }

    private func feed(_ isDown: [Bool]) async throws {
        let endpoints = Self.pushed.upperBound..<ChaosMoment.endpointCount
        for endpoint in endpoints { tell(endpoint) }
        try writeFeed(isDown)
        // A good file is taken within a second; longer means that nobody is there to read it.
        let deadline = ContinuousClock.now + .seconds(2)
        var isTaken = false
        while !isTaken, ContinuousClock.now < deadline {
            guard let status = try? await site.status() else { break }
            isTaken = endpoints.allSatisfy {
                status.verdict("chaos-\($0)") == (isDown[$0] ? "unhealthy" : "healthy")
            }
            if !isTaken { try await Task.sleep(for: .milliseconds(50)) }
        }
        if isTaken { for endpoint in endpoints { acknowledge(endpoint, isDown: isDown[endpoint]) } }
        count(\.feeds, isTaken)
    }

    private func writeFeed(_ isDown: [Bool]) throws {
        let lines = (Self.pushed.upperBound..<ChaosMoment.endpointCount).map {
            #""example.com/chaos-\#($0)": {"verdict": "\#(isDown[$0] ? "unhealthy" : "healthy")"}"#
        }
        try site.write(
            #"{"endpoints": {\#(lines.joined(separator: ", "))}}"#, to: "zones/feeds/drills.json")
    }
}
