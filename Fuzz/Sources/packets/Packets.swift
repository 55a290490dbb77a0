import Foundation
import Serving

// Mutated packets through the answering function, as fast as they go: `packets COUNT CORPUS [SEED]`.
//
// Every packet is answered over UDP and over TCP, in turn by a server that limits rates and by one that does not,
// and both responses are read by the audit.

/// Says how it went, and ends.
@main enum Packets {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3, let count = Int(arguments[1]) else {
            fail("packets COUNT CORPUS [SEED]")
        }
        let seed = arguments.count > 3 ? UInt64(arguments[3]) ?? 1 : 1
        let folder = arguments[2]
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let seeds = try names.map {
            [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\($0)")))
        }
        var mutator = FuzzMutator(seeds: seeds, words: FuzzEntry.message.words, seed: seed)
        let servers = [try FuzzServer.rich(), try FuzzServer.rich(isLimited: false)]
        let clock = ContinuousClock()
        let start = clock.now
        let before = residentKilobytes()
        for round in 0..<count {
            let packet = mutator.next()
            if let complaint = servers[round % 2].complaint(about: packet) {
                fail("round \(round): \(complaint): \(packet)")
            }
        }
        let seconds = (clock.now - start) / .seconds(1)
        let rate = Int(Double(count) / seconds)
        print(
            "\(count) packets (seed \(seed)), each over UDP and TCP, no fault: \(Int(seconds)) s,"
                + " \(rate) packets/s; resident \(before) kB before, \(residentKilobytes()) kB after"
        )
        for counter in Counter.allCases {
            print("  \(counter): \(servers.reduce(0) { $0 + $1.count(counter) })")
        }
    }

    private static func fail(_ text: String) -> Never {
        FileHandle.standardError.write(Data((text + "\n").utf8))
        exit(1)
    }

    /// Memory of this process in use, in kB.
    private static func residentKilobytes() -> Int {
        let pages = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let fields = pages?.split(separator: " ") ?? []
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4 : 0
    }
}
