import Foundation

/// Where the programs under test and the example lie.
enum Programs {
    /// The repository: what lies above `Tests`.
    static let repository: String = {
        var path = #filePath as NSString
        // Programs.swift, Support, EndToEndTests, Tests
        for _ in 0..<4 { path = path.deletingLastPathComponent as NSString }
        return path as String
    }()

    /// Finds a program of this build: in STERNA_BIN_DIR, beside the tests, or in `.build`.
    static func path(_ name: String) throws -> String {
        #if DEBUG
            let built = "\(repository)/.build/debug"
        #else
            let built = "\(repository)/.build/release"
        #endif
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let folders = [
            ProcessInfo.processInfo.environment["STERNA_BIN_DIR"],
            own.map { ($0 as NSString).deletingLastPathComponent }, built,
        ]
        for folder in folders.compactMap({ $0 }) {
            let path = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw Failure("there is no program '\(name)'; build it, or set STERNA_BIN_DIR")
    }
}
