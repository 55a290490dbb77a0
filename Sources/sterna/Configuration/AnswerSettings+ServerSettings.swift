import Compiling
import Settings

extension AnswerSettings {
    /// What the query path needs of the server's settings.
    ///
    /// - Parameter ownSecret: what cookies are made with when no secret is set, 16 bytes; nil: no cookies then.
    init(_ settings: ServerSettings, ownSecret: [UInt8]?) {
        self.init(udpBytes: settings.ednsBytes)
        udpBytesWithoutCookie = settings.ednsBytesWithoutCookie
        rateLimit = settings.rateLimit.map(RateLimit.init)
        networks.allowed = settings.access.allow
        networks.refused = settings.access.refuse
        networks.unlimited = settings.rateLimit?.exempt ?? []
        nsid = Array((settings.nsid ?? "").utf8)
        chaosVersion = Array((settings.chaosVersion ?? "").utf8)
        chaosID = Array((settings.chaosID ?? "").utf8)
        clientSubnet = settings.clientSubnet
        extendedErrors = settings.extendedErrors
        hinfoForAny = settings.hinfoForAny
        tcpIdleSeconds = settings.tcp.idleSeconds
        switch settings.cookies {
        case .off: cookies = nil
        case .generated: cookies = ownSecret.map { CookieSecrets(current: $0) }
        case .secret(let current, let previous):
            cookies = CookieSecrets(current: current, previous: previous)
        }
    }
}

extension RateLimit {
    fileprivate init(_ settings: RateLimitSettings) {
        self.init(responses: settings.responses)
        negatives = settings.negatives
        errors = settings.errors
        all = settings.all
        v4Prefix = settings.v4Prefix
        v6Prefix = settings.v6Prefix
        slip = settings.slip
        isDryRun = settings.isDryRun
    }
}
