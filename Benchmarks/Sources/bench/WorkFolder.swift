import Foundation
import Synchronization

/// The temporary folder of a run: data, and a folder for each server.
final class WorkFolder: Sendable {
    let path: String
    private let written = Mutex<Set<String>>([])

    init() throws(BenchError) {
        let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        path = base + "/sterna-bench-\(getpid())"
        try WorkFolder.make(path)
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// The master files of a data set, written on first use: paths by origin.
    func files(of data: DataSet) throws(BenchError) -> [(origin: String, path: String)] {
        let folder = path + "/data-\(data.rawValue)"
        let zones = data.zones()
        let isNew = written.withLock { $0.insert(data.rawValue).inserted }
        if isNew {
            try WorkFolder.make(folder)
            for zone in zones { try WorkFolder.write(zone.text, to: "\(folder)/\(zone.origin)") }
        }
        return zones.map { ($0.origin, "\(folder)/\($0.origin)") }
    }

    static func make(_ folder: String) throws(BenchError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw BenchError("\(folder): \(error)")
        }
    }

    /// Writes a file in one piece, in place of what is there.
    static func write(_ text: String, to path: String) throws(BenchError) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw BenchError("\(path): \(error)")
        }
    }

    /// Gives a file a second name, or copies it to another file system.
    static func link(_ path: String, to other: String) throws(BenchError) {
        if Glibc.link(path, other) == 0 { return }
        do {
            try FileManager.default.copyItem(atPath: path, toPath: other)
        } catch {
            throw BenchError("\(other): \(error)")
        }
    }
}
