import DNSWire
import Health
import Zones

/// Health checks of Route 53, made monitors as they are asked for.
struct Route53Checks {
    /// What a check means for the endpoints of a record set.
    enum Outcome: Equatable {
        /// Counts as healthy always.
        case unchecked
        case monitor(String)
        /// Taken out of service by the operator.
        case out
        /// The verdict comes from outside.
        case fed(String)
    }

    private let log: ImportLog
    private var checks: [String: (check: Route53HealthCheck, position: SourcePosition)] = [:]
    private var outcomes: [String: Outcome] = [:]

    init(_ log: ImportLog) { self.log = log }

    mutating func add(_ check: Route53HealthCheck, _ position: SourcePosition) {
        if checks.updateValue((check, position), forKey: check.id) == nil { log.carry() }
    }

    /// - Parameters:
    ///   - user: who asks, and where, for a check that is not in the sources.
    ///   - addresses: what it is to be asked of.
    mutating func outcome(
        _ id: String, for user: String, at place: SourcePosition, addresses: [IPAddress],
        in zone: inout ImportedZone
    ) -> Outcome {
        guard let (check, position) = checks[id] else {
            log.lost(
                place, user,
                "its health check \(id) is not in the sources: it counts as healthy (give the output "
                    + "of 'aws route53 list-health-checks' with --health-checks)")
            return .unchecked
        }
        noteAddress(check, position, addresses)
        if let known = outcomes[id] { return known }
        let outcome = read(check, position, in: &zone, isChild: false)
        outcomes[id] = outcome
        return outcome
    }

    /// What a check asks, where it names an address and can be asked: something to require.
    func gate(_ id: String, monitor: String) -> ImportedEndpoint? {
        guard let (check, _) = checks[id], let text = check.config.address,
            let address = IPAddress(text)
        else { return nil }
        return ImportedEndpoint(
            label: "check-\(id.prefix(12))", addresses: [address], monitor: monitor)
    }

    /// The probe goes to the address served, not to one written in the check.
    private func noteAddress(
        _ check: Route53HealthCheck, _ position: SourcePosition, _ addresses: [IPAddress]
    ) {
        let kinds = ["TCP", "HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH"]
        guard kinds.contains(check.config.type), check.config.isDisabled != true else { return }
        let subject = "health check \(check.id)"
        if let text = check.config.address {
            guard let address = IPAddress(text), !addresses.isEmpty, addresses != [address] else {
                return
            }
            log.changed(
                position, subject,
                "it asks \(text), while record sets that use it give out other addresses: the "
                    + "monitor asks what is given out, each address for itself")
        } else if let host = check.config.host {
            log.changed(
                position, subject,
                "it resolves \(host) and asks what it finds: the monitor asks the addresses that "
                    + "are given out, with this name as host")
        }
    }

    private mutating func read(
        _ check: Route53HealthCheck, _ position: SourcePosition, in zone: inout ImportedZone,
        isChild: Bool
    ) -> Outcome {
        let config = check.config
        let subject = "health check \(check.id)"
        if config.isDisabled == true { return config.isInverted == true ? .out : .unchecked }
        switch config.type {
        case "CLOUDWATCH_METRIC", "RECOVERY_CONTROL":
            let feed = config.type == "RECOVERY_CONTROL" ? "routing-controls" : "alarms"
            zone.feeds[feed] =
                config.type == "RECOVERY_CONTROL"
                ? "States of routing controls: PUT /v1/health/ZONE/ENDPOINT"
                : "States of alarms: PUT /v1/health/ZONE/ENDPOINT"
            log.changed(
                position, subject,
                "\(config.type) has no counterpart: push the verdict of its endpoints to feed "
                    + "'\(feed)'; until then they count as healthy"
                    + (config.isInverted == true ? " (it is inverted)" : ""))
            return .fed(feed)
        case "CALCULATED" where !isChild: return calculated(check, position, in: &zone)
        case "TCP", "HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH":
            if config.isInverted == true {
                log.lost(
                    position, subject,
                    "an inverted check has no counterpart: its endpoints count as healthy")
                return .unchecked
            }
            return .monitor(zone.monitor(definition(check, position)))
        default:
            log.lost(
                position, subject,
                "a check of type \(config.type) has no counterpart: its endpoints count as healthy")
            return .unchecked
        }
    }

    /// The first child that can be asked stands for all; the arithmetic is not carried.
    private mutating func calculated(
        _ check: Route53HealthCheck, _ position: SourcePosition, in zone: inout ImportedZone
    ) -> Outcome {
        let children = check.config.children ?? []
        let threshold = check.config.healthThreshold ?? 0
        let subject = "health check \(check.id)"
        if threshold <= 0 || threshold > children.count {
            let isUp = (threshold <= 0) != (check.config.isInverted == true)
            return isUp ? .unchecked : .out
        }
        guard check.config.isInverted != true else {
            log.lost(
                position, subject,
                "an inverted check has no counterpart: its endpoints count as healthy")
            return .unchecked
        }
        var found: [Outcome] = []
        for id in children.prefix(256) {
            guard let (child, place) = checks[id] else { continue }
            let outcome = read(child, place, in: &zone, isChild: true)
            if !found.contains(outcome) { found.append(outcome) }
        }
        let usable = found.filter { if case .monitor = $0 { true } else { false } }
        guard let first = usable.first, case .monitor(let name) = first else {
            log.lost(
                position, subject,
                "none of its children can be asked by a monitor: its endpoints count as healthy")
            return .unchecked
        }
        if children.count > 1 || found.count > 1 {
            log.lost(
                position, subject,
                "'at least \(threshold) of \(children.count)' has no counterpart: monitor '\(name)', "
                    + "made of a child, stands for it")
        }
        return .monitor(name)
    }

    private func definition(
        _ check: Route53HealthCheck, _ position: SourcePosition
    ) -> MonitorDefinition {
        let config = check.config
        let interval = config.interval == 10 ? 10 : 30
        let threshold = min(max(config.threshold ?? 3, 1), 10)
        let port = config.port.flatMap { UInt16(exactly: $0) }.flatMap { $0 == 0 ? nil : $0 }
        guard config.type != "TCP" else {
            let port = port ?? 80
            return MonitorDefinition(
                name: "tcp-\(port)", reachable: .tcp(port: port), interval: .seconds(interval),
                timeout: .seconds(10), fall: threshold, rise: threshold)
        }
        let tls = config.type.hasPrefix("HTTPS")
        var request = HTTPCheck(tls: tls, port: port)
        if let path = config.path, !path.isEmpty { request.path = Route53Checks.path(path) }
        if let host = config.host, Route53Checks.isHost(host) {
            let usual: UInt16 = tls ? 443 : 80
            request.host = request.port == usual ? host : "\(host):\(request.port)"
            if tls, request.port != usual { request.serverName = host }
            if tls, config.sendsName == false {
                log.changed(
                    position, "health check \(check.id)",
                    "it sends no server name: the monitor sends \(host)")
            }
        }
        if config.type.hasSuffix("STR_MATCH"), let search = config.search, !search.isEmpty {
            request.bodyContains = search
        }
        let name = [tls ? "https" : "http", config.host ?? "\(request.port)", config.path ?? ""]
        return MonitorDefinition(
            name: name.joined(separator: "-"), reachable: .http(request),
            interval: .seconds(interval),
            timeout: .seconds(request.bodyContains == nil ? 6 : 8), fall: threshold, rise: threshold
        )
    }

    /// With a slash in front, and what may not stand in a request line escaped (RFC 3986 §2.1).
    static func path(_ text: String) -> String {
        var result = text.hasPrefix("/") ? "" : "/"
        for byte in text.utf8.prefix(1024) {
            if (33...126).contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                result += "%" + (hex.count < 2 ? "0" : "") + hex
            }
        }
        return result
    }

    static func isHost(_ text: String) -> Bool {
        (1...240).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (97...122).contains($0 | 0x20) || "-_.".utf8.contains($0)
            }
    }
}
