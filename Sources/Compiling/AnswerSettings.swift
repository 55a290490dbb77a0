import Serving

/// Settings that the query path needs.
package struct AnswerSettings: Sendable {
    /// Largest response over UDP, in bytes (512 to 4,096).
    package var udpBytes: Int
    /// Largest response over UDP to a client without a valid cookie, in bytes; nil: as large as any.
    package var udpBytesWithoutCookie: Int?
    /// How many responses a second a network of clients gets over UDP; nil: as many as it asks for.
    package var rateLimit: RateLimit?
    /// Clients that are refused, and clients that are not limited.
    package var networks = ClientNetworks()
    /// The server's name for NSID (RFC 5001), at most 64 bytes; empty: off.
    package var nsid: [UInt8] = []
    /// Answers to CHAOS questions about version and server (RFC 4892), at most 64 bytes; empty: refused.
    package var chaosVersion: [UInt8] = []
    package var chaosID: [UInt8] = []
    /// Secrets for cookies (RFC 7873); nil: cookies are ignored.
    package var cookies: CookieSecrets?
    /// Whether client subnets are read and echoed (RFC 7871).
    package var clientSubnet = true
    /// Whether answers say why they are what they are (RFC 8914).
    package var extendedErrors = true
    /// Whether ANY is answered with a HINFO record made for it, not with the smallest RRset (RFC 8482 §4).
    package var hinfoForAny = false
    /// When idle TCP connections are closed (RFC 7828).
    package var tcpIdleSeconds = 10

    /// What passes every network without fragments (DNS Flag Day 2020).
    package static let defaultUDPBytes = 1232

    package init(udpBytes: Int = defaultUDPBytes) { self.udpBytes = udpBytes }
}

/// What server cookies are made with, 16 bytes each (RFC 9018 §5).
package struct CookieSecrets: Sendable, Hashable {
    package static let bytes = 16

    /// Makes new cookies.
    package var current: [UInt8]
    /// Still taken, so that the secret can be changed on one server after the other; nil: none.
    package var previous: [UInt8]?

    package init(current: [UInt8], previous: [UInt8]? = nil) {
        precondition(current.count == CookieSecrets.bytes)
        precondition(previous.map { $0.count == CookieSecrets.bytes } ?? true)
        self.current = current
        self.previous = previous
    }
}

extension ImageBuilder {
    /// Appends the settings' texts, and patches everything into the header.
    mutating func write(_ settings: AnswerSettings) {
        typealias Field = ImageLayout.Field
        typealias Features = ImageLayout.Features
        var features: UInt32 = 0
        if settings.clientSubnet { features |= Features.clientSubnet }
        if settings.extendedErrors { features |= Features.extendedErrors }
        if settings.hinfoForAny { features |= Features.hinfoForAny }
        if let cookies = settings.cookies {
            features |= Features.cookies
            patch(cookies.current, at: Field.cookieSecret)
            if let previous = cookies.previous {
                features |= Features.previousSecret
                patch(previous, at: Field.previousSecret)
            }
        }
        if let limit = settings.rateLimit {
            features |= Features.rateLimit
            if limit.isDryRun { features |= Features.rateLimitDryRun }
            write(limit)
        }
        patch(features, at: Field.features)
        patch(UInt32(settings.udpBytes), at: Field.udpBytes)
        patch(UInt32(clamping: settings.tcpIdleSeconds * 10), at: Field.tcpIdle)
        let withoutCookie = min(settings.udpBytesWithoutCookie ?? .max, settings.udpBytes)
        patch(UInt32(withoutCookie), at: Field.udpBytesWithoutCookie)
        write(settings.networks)
        write(settings.nsid, field: Field.nsid)
        write(settings.chaosVersion, field: Field.chaosVersion)
        write(settings.chaosID, field: Field.chaosID)
    }

    private mutating func write(_ text: [UInt8], field: Int) {
        let text = text.prefix(ImageLayout.maximumTextBytes)
        patch(offset, at: field)
        patch(UInt32(text.count), at: field + 4)
        append(text)
    }
}
