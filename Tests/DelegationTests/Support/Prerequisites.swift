import Foundation

/// What the suite needs of the machine.
enum Prerequisites {
    /// Set where the suite must not be skipped, as on a build server.
    static let requirement = "STERNA_REQUIRE_DELEGATION"

    /// Whether the suite can run, looked at once.
    ///
    /// True as well where it must run, so that it fails instead of being skipped.
    static let areThere = Task {
        if ProcessInfo.processInfo.environment[requirement] != nil { return true }
        let programs = ["ip", "dig", "nsd", "unbound", "named"]
        guard geteuid() == 0, programs.allSatisfy({ Programs.find($0) != nil }) else {
            return false
        }
        do {
            let namespace = try await Namespace(
                "\(Namespace.prefix)\(getpid())-try", addresses: [Address.root6])
            await namespace.end()
            return true
        } catch {
            return false
        }
    }
}
