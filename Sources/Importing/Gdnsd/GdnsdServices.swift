import Health
import Zones

/// Service types, made monitors as they are asked for.
struct GdnsdServices {
    private let types: GdnsdValue?
    private let log: ImportLog

    init(_ configuration: GdnsdValue?, _ log: ImportLog) {
        types = configuration?["service_types"]
        self.log = log
    }

    /// The monitor for addresses of these service types; nil: nothing checks them.
    ///
    /// - Parameter subject: the resource, for notes.
    func monitor(
        _ names: GdnsdValue?, for subject: String, in zone: inout ImportedZone
    ) -> String? {
        guard let names else { return nil }
        var result: String?
        for name in names.texts where name != "up" {
            guard name != "down" else {
                log.lost(
                    names.position, subject,
                    "service type 'down' takes its addresses out for good: take them out with an "
                        + "override; here they count as healthy")
                continue
            }
            guard let type = types?[name] else {
                log.lost(
                    names.position, subject, "service type '\(name)' is not defined in the sources")
                continue
            }
            guard let monitor = monitor(name, type, in: &zone) else { continue }
            if let result {
                log.lost(
                    names.position, subject,
                    "an endpoint has one monitor: '\(result)' is kept, service type '\(name)' is not"
                )
            } else {
                result = monitor
            }
        }
        return result
    }

    private func monitor(
        _ name: String, _ type: GdnsdValue, in zone: inout ImportedZone
    ) -> String? {
        let subject = "service type '\(name)'"
        let interval = type.integer("interval", 2...3600) ?? 10
        let timeout = min(type.integer("timeout", 1...300) ?? max(interval / 2, 1), interval)
        let up = type.integer("up_thresh", 1...65535) ?? 20
        let fall = type.integer("down_thresh", 1...65535) ?? 10
        let check: CheckDefinition
        switch type["plugin"]?.text {
        case "tcp_connect":
            guard let port = type.integer("port", 1...65535).flatMap({ UInt16(exactly: $0) }) else {
                log.lost(type.position, subject, "it names no port: its addresses are not checked")
                return nil
            }
            check = .tcp(port: port)
        case "http_status": check = .http(request(type))
        case let plugin:
            fed(name, plugin ?? "", type, &zone)
            return nil
        }
        if max(up, fall) > 100 {
            log.changed(type.position, subject, "thresholds above 100 become 100")
        }
        let ok = type.integer("ok_thresh", 1...65535) ?? 10
        if ok != up {
            log.changed(
                type.position, subject,
                "failures are forgotten after \(ok) successes in a row there, here after "
                    + "\(min(up, 100)) ('rise')")
        }
        let wanted = MonitorDefinition(
            name: name, reachable: check, interval: .seconds(interval), timeout: .seconds(timeout),
            fall: min(fall, 100), rise: min(up, 100))
        return zone.monitor(wanted)
    }

    private func request(_ type: GdnsdValue) -> HTTPCheck {
        let port = type.integer("port", 1...65535).flatMap { UInt16(exactly: $0) }
        var request = HTTPCheck(tls: false, port: port)
        request.path = Route53Checks.path(type["url_path"]?.text ?? "/")
        if let host = type["vhost"]?.text, Route53Checks.isHost(host) { request.host = host }
        let codes = type["ok_codes"]?.texts.compactMap { Int($0) } ?? [200]
        request.statuses = codes.filter { (100...599).contains($0) }.map { $0...$0 }
        if request.statuses.isEmpty { request.statuses = [200...200] }
        return request
    }

    /// Verdicts that a command or a file gives there must come through a feed here.
    private func fed(
        _ name: String, _ plugin: String, _ type: GdnsdValue, _ zone: inout ImportedZone
    ) {
        let subject = "service type '\(name)'"
        let source =
            plugin == "extfile"
            ? "file \(type["file"]?.text ?? "")"
            : plugin == "extmon"
                ? "command \(type["cmd"]?.texts.joined(separator: " ") ?? "")" : "plugin \(plugin)"
        let feed = LabelBook.slug(name)
        zone.feeds[feed] = "Verdicts of \(source): PUT /v1/health/ZONE/ENDPOINT"
            .replacing("\n", with: " ")
        log.lost(
            type.position, subject,
            "\(source) cannot be carried: push its verdicts to feed '\(feed)'; until then its "
                + "addresses count as healthy")
    }
}
