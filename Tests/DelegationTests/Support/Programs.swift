import Foundation

/// Where programs lie.
enum Programs {
    /// `Tests/DelegationTests/Site`.
    static let site: String = {
        let path = #filePath as NSString
        // Programs.swift, Support
        let tests = (path.deletingLastPathComponent as NSString).deletingLastPathComponent
        return "\(tests)/Site"
    }()

    private static let environment = ProcessInfo.processInfo.environment

    /// A program of the machine; servers often lie where the path of a user does not lead.
    static func find(_ name: String) -> String? {
        let folders =
            (environment["PATH"] ?? "").split(separator: ":").map(String.init)
            + ["/usr/local/sbin", "/usr/sbin", "/sbin"]
        return folders.map { "\($0)/\(name)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    /// A program of this build: in STERNA_BIN_DIR, beside the tests, or in `.build`.
    static func built(_ name: String) throws -> String {
        #if DEBUG
            let build = ".build/debug"
        #else
            let build = ".build/release"
        #endif
        let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folders = [
            environment["STERNA_BIN_DIR"],
            tests.map { ($0 as NSString).deletingLastPathComponent },
            "\(site)/../../../\(build)",
        ]
        for folder in folders.compactMap({ $0 }) {
            let path = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw Failure("there is no program '\(name)'; build it, or set STERNA_BIN_DIR")
    }
}
