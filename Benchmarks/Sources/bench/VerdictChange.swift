import Foundation
import Glibc
import Load
import Report

/// From a change of a verdict to the last answer that did not know it, under load.
struct VerdictChange {
    let bench: BenchContext

    /// A way to tell a server of a verdict.
    private struct Way {
        var label: String
        var changes: Int
        /// Seconds between changes: longer than the slowest takes.
        var interval: Double
        var tell: (_ isUp: Bool, _ sequence: Int) throws -> Void
    }

    func run(_ instances: [Instance]) throws {
        for instance in instances {
            for way in ways(instance) { try run(way, instance) }
        }
    }

    private func ways(_ instance: Instance) -> [Way] {
        let site = instance.site
        switch instance.server.name {
        case .sterna:
            return [
                Way(label: "by file", changes: 100, interval: 0.1) { isUp, _ in
                    try WorkFolder.write(
                        SternaServer.feed(endpointOneIsUp: isUp, site),
                        to: SternaServer.feedPath(site))
                },
                Way(label: "by PUT", changes: 100, interval: 0.1) { isUp, sequence in
                    let verdict = isUp ? "healthy" : "unhealthy"
                    try HTTP.put(
                        port: SternaServer.controlPort(site),
                        path: "/v1/health/\(SternaServer.endpoint(1))",
                        body: #"{"verdict": "\#(verdict)", "sequence": \#(sequence)}"#)
                },
            ]
        case .gdnsd:
            return [
                Way(label: "by file", changes: 4, interval: 3.5) { isUp, _ in
                    try WorkFolder.write(
                        GdnsdServer.feed(endpointOneIsUp: isUp), to: GdnsdServer.feedPath(site))
                }
            ]
        default: return []
        }
    }

    private func run(_ way: Way, _ instance: Instance) throws {
        let options = bench.options
        let questions = QuestionSet(Workload.w2.questions())
        let port = instance.site.port
        let seconds = way.interval * Double(way.changes + 1)
        var changes: [(at: UInt64, isUp: Bool)] = []
        let load = try onProcessor(
            options.clientProcessor,
            meanwhile: {
                for change in 0..<way.changes {
                    usleep(UInt32(way.interval * 1e6))
                    let isUp = change % 2 == 1
                    changes.append((nanoseconds(), isUp))
                    try way.tell(isUp, change + 1)
                }
            },
            {
                try UDPLoad(
                    port: port, questions: questions, watched: Steering.switchQuestion
                ).paced(rate: options.rate, seconds: seconds)
            })
        for (index, change) in changes.enumerated() {
            let until = index + 1 < changes.count ? changes[index + 1].at : UInt64.max
            let stale = change.isUp ? Steering.secondary : Steering.primary
            let seen = load.sightings.filter { $0.seen >= change.at && $0.seen < until }
            guard seen.contains(where: { $0.address != stale }) else {
                bench.note("\(instance.name): a change \(way.label) was not seen in time")
                continue
            }
            let last = seen.last { $0.address == stale }?.seen ?? change.at
            bench.report.add(
                "verdict \(way.label) to last stale answer", "ms", instance.name,
                Double(last - change.at) / 1e6)
        }
        let name = "verdict \(way.label) to last stale answer"
        // Of four, the slowest would be called a percentile.
        if let slowest = bench.report.percentile(0.99, name, of: instance.name), way.changes >= 100
        {
            bench.report.add("\(name), p99", "ms", instance.name, slowest)
        }
        bench.report.add(
            "verdict \(way.label) lost", "queries", instance.name, Double(load.lost))
        bench.say("\(instance.name): \(changes.count) verdicts \(way.label)")
    }
}

/// As much of HTTP as pushing a verdict takes.
enum HTTP {
    /// Sends a request and waits for the head of its response.
    ///
    /// - Throws: `BenchError` when the status is not 2xx.
    static func put(port: UInt16, path: String, body: String) throws {
        let file = try LoopbackSocket.tcp(to: port)
        defer { close(file) }
        LoopbackSocket.limitWaiting(file, milliseconds: 5000)
        let request =
            "PUT \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
        _ = send(file, request, request.utf8.count, CInt(MSG_NOSIGNAL))
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(file, &bytes, bytes.count, 0)
        let head = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
        guard head.hasPrefix("HTTP/1.1 2") else {
            throw BenchError("PUT \(path): \(head.prefix(300))")
        }
    }
}
