import Health
import Zones

/// Makes a monitor of its checked keys, the local check merged over the reachable one.
struct MonitorReader {
    let checker: SettingsChecker

    /// Most header fields of one check.
    private static let maximumHeaders = 64

    /// - Returns: always a monitor, so that what refers to it is not reported too; findings tell whether it
    ///   is right.
    func read(_ name: String, _ position: SourcePosition, _ object: SettingsObject)
        -> MonitorDefinition
    {
        let interval = object.duration("interval") ?? MonitorDefinition.defaultInterval
        let timeout = object.duration("timeout") ?? min(MonitorDefinition.defaultTimeout, interval)
        if timeout > interval {
            checker.report(
                object.position(of: "timeout"),
                "'timeout' (\(timeout.settingsText)) is above 'interval' (\(interval.settingsText))"
            )
        }
        let reachable = reachable(object)
        return MonitorDefinition(
            name: name, reachable: reachable, local: local(object, over: reachable),
            interval: interval, timeout: timeout,
            fall: object.integer("fall") ?? MonitorDefinition.defaultFall,
            rise: object.integer("rise") ?? MonitorDefinition.defaultRise,
            slowStart: object.duration("slowStart"))
    }

    private func reachable(_ object: SettingsObject) -> CheckDefinition {
        if let keys = object.object("https") { return .http(request(keys, tls: true)) }
        if let keys = object.object("http") { return .http(request(keys, tls: false)) }
        let port = object.object("tcp")?.integer("port").flatMap(UInt16.init(exactly:))
        return .tcp(port: port ?? 0)
    }

    private func local(_ object: SettingsObject, over reachable: CheckDefinition)
        -> CheckDefinition?
    {
        guard let keys = object.object("local") else { return nil }
        guard case .http(var check) = reachable else {
            if object.isWritten("tcp") {
                checker.report(
                    object.position(of: "local"), "'local' needs an 'http' or 'https' check")
            }
            return nil
        }
        if keys.positions.isEmpty {
            checker.report(
                object.position(of: "local"),
                "'local' must differ in something from the check above it")
        }
        if !check.tls {
            for key in ["server-name", "verify"] where keys.isWritten(key) {
                checker.report(keys.position(of: key), "'\(key)' needs an 'https' check")
            }
        }
        apply(keys, to: &check)
        return .http(check)
    }

    private func request(_ keys: SettingsObject, tls: Bool) -> HTTPCheck {
        var check = HTTPCheck(tls: tls)
        apply(keys, to: &check)
        return check
    }

    /// Replaces what `keys` has; headers are merged by name, in any case of letters.
    private func apply(_ keys: SettingsObject, to check: inout HTTPCheck) {
        if let port = keys.integer("port").flatMap(UInt16.init(exactly:)) { check.port = port }
        if let method = keys.text("method") { check.method = method }
        if let path = keys.text("path") { check.path = path }
        if let host = keys.text("host") { check.host = host }
        if let name = keys.text("server-name") { check.serverName = name }
        if let statuses = keys.statuses("status") { check.statuses = statuses }
        if let body = keys.text("body") { check.bodyContains = body }
        if let verify = keys.boolean("verify") { check.verifyCertificate = verify }
        for entry in keys.map("headers") {
            guard case .text(let value) = entry.value else { continue }
            check.headers.removeAll { $0.name.lowercased() == entry.key.lowercased() }
            check.headers.append(HTTPField(entry.key, value))
        }
        if check.headers.count > MonitorReader.maximumHeaders {
            checker.report(
                keys.position(of: "headers"), "more than \(MonitorReader.maximumHeaders) headers")
        }
    }
}
