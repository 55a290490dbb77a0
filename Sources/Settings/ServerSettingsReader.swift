import DNSWire
package import Zones

/// Reads `sterna.yaml`.
///
/// - Parameters:
///   - file: the name that findings carry; relative paths in the file are relative to its folder.
///   - environment: where `env:NAME` is looked up.
/// - Returns: the settings, nil when the file is not YAML at all, and everything wrong with it. With an error
///   among the findings the settings are incomplete: fit for `resolve`, not for serving.
package func readServerSettings(
    file: String, text: String, environment: [String: String]
) -> (ServerSettings?, [Finding]) {
    let root: YAMLNode?
    do {
        root = try YAMLDocument.read(file: file, text: text)
    } catch {
        return (nil, [error])
    }
    let checker = SettingsChecker(file: file)
    let object = checker.checkObject(root ?? .written(""), ServerKeys.file, who: "the settings")
    var reader = ServerSettingsReader(checker: checker, environment: environment)
    reader.read(object)
    return (reader.settings, checker.findings)
}

/// Makes `ServerSettings` of checked keys.
private struct ServerSettingsReader {
    let checker: SettingsChecker
    let environment: [String: String]
    var settings = ServerSettings()

    mutating func read(_ object: SettingsObject) {
        readListen(object)
        settings.workers = object.integer("workers") ?? settings.workers
        readZones(object)
        settings.state = object.text("state").map(path) ?? settings.state
        readControl(object)
        readFeeds(object)
        if let edns = object.object("edns") { readEDNS(edns) }
        settings.chaosVersion = object.object("chaos")?.text("version")
        settings.chaosID = object.object("chaos")?.text("id")
        settings.hinfoForAny = object.text("any") == "hinfo"
        if let tcp = object.object("tcp") { readTCP(tcp) }
        if let udp = object.object("udp") { readUDP(udp) }
        settings.udp.pinsWorkers = object.boolean("pin-workers") ?? false
        readRateLimit(object)
        if let access = object.object("access") { readAccess(access) }
        if let locations = object.object("locations") {
            settings.locations.networks = paths(locations, "networks")
            settings.locations.databases = paths(locations, "databases")
        }
        if let resolver = object.object("resolver") { readResolver(resolver) }
        if let latencies = object.object("latencies") { readLatencies(latencies) }
        settings.isConfined = object.text("confinement") != "off"
        settings.brake = object.brakeLimits()
        settings.steering = SteeringReader(checker: checker).read(object, origin: nil)
        for entry in object.map("monitors") {
            settings.monitorPositions[entry.key] = entry.position
        }
    }

    private mutating func readLatencies(_ object: SettingsObject) {
        settings.locations.latencies = object.text("file").map(path)
        if let percent = object.text("hysteresis").flatMap(TextRule.percent) {
            settings.locations.latencyHysteresis = Double(percent) / 100
        }
    }

    private mutating func readListen(_ object: SettingsObject) {
        var addresses: [SocketAddress] = []
        for case .socketAddress(let address) in object.list("listen") {
            if addresses.contains(address) {
                checker.report(object.position(of: "listen"), "'listen' has \(address) twice")
            } else {
                addresses.append(address)
            }
        }
        settings.listen = addresses
    }

    private mutating func readZones(_ object: SettingsObject) {
        settings.zonesFolder = object.text("zones").map(path)
        for entry in object.map("zones") {
            guard case .text(let file) = entry.value else { continue }
            do {
                let origin = try Name(entry.key)
                if settings.zoneFiles.contains(where: { $0.origin == origin }) {
                    checker.report(entry.position, "zone '\(origin)' is given twice")
                }
                settings.zoneFiles.append(
                    ZoneFile(origin: origin, file: path(file), position: entry.position))
            } catch {
                checker.report(entry.position, "zone '\(entry.key)': \(error)")
            }
        }
    }

    /// `control: off`, `control: ADDRESS:PORT` and `control: {listen: either}`.
    private mutating func readControl(_ object: SettingsObject) {
        switch object.object("control")?.values["listen"] ?? object.values["control"] {
        case .word?: settings.control = nil
        case .socketAddress(let address)?: settings.control = address
        default: break
        }
    }

    private mutating func readResolver(_ object: SettingsObject) {
        for case .socketAddress(let server) in object.list("servers") {
            if settings.resolver.servers.contains(server) {
                checker.report(object.position(of: "servers"), "'servers' has \(server) twice")
            } else {
                settings.resolver.servers.append(server)
            }
        }
        settings.resolver.timeout = object.duration("timeout") ?? settings.resolver.timeout
        settings.resolver.floor = object.duration("floor") ?? settings.resolver.floor
        settings.resolver.ceiling = object.duration("ceiling") ?? settings.resolver.ceiling
        if settings.resolver.floor > settings.resolver.ceiling {
            checker.report(object.position(of: "floor"), "'floor' is above 'ceiling'")
        }
    }

    private mutating func readUDP(_ object: SettingsObject) {
        let defaults = settings.udp
        settings.udp.coalesceMicroseconds =
            object.integer("coalesce") ?? defaults.coalesceMicroseconds
        settings.udp.busyPollMicroseconds =
            object.integer("busy-poll") ?? defaults.busyPollMicroseconds
        settings.udp.receiveBytes = object.integer("receive-buffer") ?? defaults.receiveBytes
    }

    private mutating func readTCP(_ object: SettingsObject) {
        settings.tcp.connections = object.integer("connections") ?? settings.tcp.connections
        settings.tcp.connectionsPerClient =
            object.integer("per-client") ?? settings.tcp.connectionsPerClient
        if let idle = object.duration("idle") {
            if idle.components.attoseconds != 0 {
                checker.report(object.position(of: "idle"), "'idle' must be whole seconds")
            }
            settings.tcp.idleSeconds = Int(idle.components.seconds)
        }
    }

    // MARK: Abuse

    /// `rate-limit: 20` and `rate-limit: {responses: 20, ...}`.
    private mutating func readRateLimit(_ object: SettingsObject) {
        if let responses = object.integer("rate-limit") {
            settings.rateLimit = RateLimitSettings(responses: responses)
        }
        guard let written = object.object("rate-limit") else { return }
        var limit = RateLimitSettings(responses: written.integer("responses") ?? 0)
        limit.negatives = written.integer("negatives") ?? limit.responses
        limit.errors = written.integer("errors") ?? limit.responses
        limit.all = written.integer("all") ?? 0
        limit.v4Prefix = written.integer("ipv4-prefix") ?? limit.v4Prefix
        limit.v6Prefix = written.integer("ipv6-prefix") ?? limit.v6Prefix
        limit.slip = written.integer("slip") ?? limit.slip
        limit.exempt = written.networks("exempt")
        limit.isDryRun = written.boolean("dry-run") ?? false
        settings.rateLimit = limit
    }

    private mutating func readAccess(_ object: SettingsObject) {
        settings.access.allow = object.networks("allow")
        settings.access.refuse = object.networks("refuse")
        let both = Set(settings.access.allow).intersection(settings.access.refuse)
        if let network = both.min(by: { $0.firstKey < $1.firstKey }) {
            checker.report(
                object.position(of: "refuse"), "network \(network) is both allowed and refused")
        }
    }

    private mutating func readSizeWithoutCookie(_ object: SettingsObject) {
        settings.ednsBytesWithoutCookie = object.integer("size-without-cookie")
        guard settings.ednsBytesWithoutCookie != nil, object.text("cookies") == "off" else {
            return
        }
        checker.report(
            object.position(of: "size-without-cookie"),
            "'size-without-cookie' has no meaning while 'cookies' is off")
    }

    // MARK: EDNS

    private mutating func readEDNS(_ object: SettingsObject) {
        settings.ednsBytes = object.integer("size") ?? settings.ednsBytes
        readSizeWithoutCookie(object)
        settings.nsid = object.text("nsid")
        settings.clientSubnet = object.text("ecs") != "off"
        settings.extendedErrors = object.boolean("ede") ?? true
        if object.text("cookies") == "off" {
            settings.cookies = .off
        } else if let cookies = object.object("cookies") {
            readCookies(cookies)
        }
    }

    private mutating func readCookies(_ object: SettingsObject) {
        let current = secret("secret", object)
        let previous = secret("previous", object)
        if let current {
            settings.cookies = .secret(current, previous: previous)
        } else if object.isWritten("previous"), !object.isWritten("secret") {
            checker.report(object.position(of: "previous"), "'previous' needs 'secret'")
        }
    }

    /// The 16 bytes of a key; nil without it, or with a finding.
    private func secret(_ key: String, _ object: SettingsObject) -> [UInt8]? {
        guard let text = object.text(key) else { return nil }
        return resolved(text, object.position(of: key), mustHold: "32 hexadecimal digits") {
            TextRule.secretBytes($0) != nil
        }.flatMap(TextRule.secretBytes)
    }

    // MARK: Feeds

    /// Reads feeds; a push must tell by its token, or by having none, which feed it belongs to.
    private mutating func readFeeds(_ object: SettingsObject) {
        settings.feeds = object.objects("feeds").compactMap { name, position, object in
            guard var feed = feed(name, position, object) else { return nil }
            object.readSilence(into: &feed, checker)
            return feed
        }
        var seen: [String?: String] = [:]
        for (name, position, object) in object.objects("feeds") where object.isWritten("push") {
            // A token that was refused has its own finding.
            if object.isWritten("token"), object.text("token") == nil { continue }
            if let other = seen.updateValue(name, forKey: object.text("token")) {
                checker.report(
                    position,
                    object.isWritten("token")
                        ? "feeds '\(other)' and '\(name)' have the same token"
                        : "feeds '\(other)' and '\(name)' are both without a token; one may be")
            }
        }
    }

    private func feed(
        _ name: String, _ position: SourcePosition, _ object: SettingsObject
    ) -> FeedSettings? {
        if let file = object.text("file") {
            if object.isWritten("token") {
                checker.report(object.position(of: "token"), "'token' needs 'push: true'")
            }
            return FeedSettings(name: name, source: .file(path(file)), position: position)
        }
        guard let push = object.boolean("push") else { return nil }
        guard push else {
            checker.report(
                object.position(of: "push"), "'push' must be true; leave the feed out otherwise")
            return nil
        }
        let token = object.text("token").flatMap { resolvedToken($0, object.position(of: "token")) }
        return FeedSettings(name: name, source: .push(token: token), position: position)
    }

    /// The token itself, or that of the environment variable that `env:NAME` names.
    private func resolvedToken(_ text: String, _ position: SourcePosition) -> String? {
        resolved(text, position, mustHold: "letters, digits and '-._~+/='", TextRule.isToken)
    }

    /// The text itself, or what the environment variable holds that `env:NAME` names.
    private func resolved(
        _ text: String, _ position: SourcePosition, mustHold words: String,
        _ holds: (String) -> Bool
    ) -> String? {
        guard text.hasPrefix("env:") else { return text }
        let variable = String(text.dropFirst(4))
        guard let value = environment[variable], !value.isEmpty else {
            checker.report(position, "environment variable '\(variable)' is not set")
            return nil
        }
        guard holds(value) else {
            checker.report(position, "environment variable '\(variable)' must hold \(words)")
            return nil
        }
        return value
    }

    /// Paths of a list, each once.
    private func paths(_ object: SettingsObject, _ key: String) -> [String] {
        var result: [String] = []
        for case .text(let text) in object.list(key) {
            if result.contains(path(text)) {
                checker.report(object.position(of: key), "'\(key)' has '\(text)' twice")
            } else {
                result.append(path(text))
            }
        }
        return result
    }

    /// A path relative to the folder of the file.
    private func path(_ text: String) -> String {
        guard !text.hasPrefix("/"), let slash = checker.file.lastIndex(of: "/") else { return text }
        return checker.file[...slash] + text
    }
}
