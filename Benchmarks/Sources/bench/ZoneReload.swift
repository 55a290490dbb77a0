import Foundation
import Glibc
import Load
import Report
import Synchronization

/// W8: one record of a zone of 100,000 names changes and the server is told, under load.
struct ZoneReload {
    let bench: BenchContext

    /// How long a load lasts at most and when, in it, the zone changes, in seconds.
    private static let seconds = 30.0
    private static let before = 0.5

    func run(_ instances: [Instance]) throws {
        let questions = QuestionSet(Workload.w8.questions())
        for round in 1...bench.options.rounds {
            for instance in instances where instance.server.name != .empty {
                try reload(instance, serial: round + 1, questions)
            }
            bench.say("round \(round)/\(bench.options.rounds) W8")
        }
    }

    private func reload(_ instance: Instance, serial: Int, _ questions: QuestionSet) throws {
        let options = bench.options
        let zone = HostZone.bulk
        let site = instance.site
        let port = site.port
        let path = site.zonePath(zone.origin)
        // Not in the folder of zones, where a server may look at every file.
        let prepared = site.folder + "/changed"
        try WorkFolder.write(zone.text(serial: serial).text, to: prepared)
        let watched = Question("\(HostZone.changing).\(zone.origin)", .a, .anything)
        let steady = ProcessTree.memory(of: instance.processes)
        let wanted = HostZone.changedAddress(serial: serial)
        let isOver = Atomic(false)
        var told: UInt64 = 0
        var peak = steady
        let load = try onProcessor(
            options.clientProcessor,
            meanwhile: {
                usleep(UInt32(ZoneReload.before * 1e6))
                told = nanoseconds()
                guard rename(prepared, path) == 0 else { throw BenchError("rename: \(errno)") }
                switch instance.server.reload(site, zone: zone.origin) {
                case .signal(let number): kill(instance.process.pid, number)
                case .command(let words):
                    try ChildProcess.run(words, log: site.folder + "/log")
                }
                while !isOver.load(ordering: .relaxed) {
                    peak = max(peak, ProcessTree.memory(of: instance.processes))
                    usleep(50_000)
                }
            },
            {
                defer { isOver.store(true, ordering: .relaxed) }
                return try UDPLoad(port: port, questions: questions, watched: watched)
                    .paced(
                        rate: options.rate, seconds: ZoneReload.seconds, early: ZoneReload.before,
                        until: wanted)
            })
        let name = instance.name
        if let first = load.sightings.first(where: { $0.address == wanted }) {
            let stale = load.sightings.last { $0.address != wanted }?.seen ?? first.seen
            let visible = Double(max(first.seen, stale) &- told) / 1e6
            bench.report.add("W8 until visible", "ms", name, visible)
        } else {
            bench.note("W8: \(name) did not serve the change within the load")
        }
        bench.report.add("W8 lost", "queries", name, Double(load.lost))
        bench.report.add("W8 wrong", "answers", name, Double(load.wrong))
        bench.report.add(
            "W8 longest wait before", "ms", name, Double(load.earlyLatencies.maximum) / 1e6)
        bench.report.add(
            "W8 longest wait", "ms", name, Double(load.latencies.maximum) / 1e6)
        bench.report.add("W8 memory at most, to before", "×", name, peak / max(steady, 0.001))
    }
}
