import Compiling
import Settings

extension AnswerSettings {
    /// What the query path needs of the server's settings.
    ///
    /// - Parameter ownSecret: what cookies are made with when no secret is set, 16 bytes; nil: no cookies then.
    init(_ settings: ServerSettings, ownSecret: [UInt8]?) {
        self.init(udpBytes: settings.ednsBytes)
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
