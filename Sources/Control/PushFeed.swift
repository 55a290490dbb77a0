import DNSWire
import Hummingbird

/// A feed that is pushed over HTTP.
package struct PushFeed: Sendable, Hashable {
    package var name: String
    /// The bearer token (RFC 6750 §2.1) that its pushes carry; nil: they come from loopback.
    package var token: String?

    package init(name: String, token: String?) {
        self.name = name
        self.token = token
    }
}

/// Decides which feed a push belongs to.
struct PushAuthority {
    let feeds: [PushFeed]

    /// - Parameters:
    ///   - authorization: the value of the `Authorization` field, if any.
    ///   - peer: where the connection comes from; nil counts as far away.
    func feed(authorization: String?, peer: IPAddress?) throws(ControlError) -> PushFeed {
        guard !feeds.isEmpty else {
            throw ControlError(
                .forbidden, "no_push_feed",
                "no feed takes pushes; declare one in sterna.yaml: "
                    + "feeds: { NAME: { push: true, token: \"env:TOKEN\" } }")
        }
        if let authorization { return try feed(authorization: authorization) }
        guard let open = feeds.first(where: { $0.token == nil }) else {
            throw ControlError(
                .unauthorized, "token_missing", "a push needs 'Authorization: Bearer TOKEN'")
        }
        guard peer?.isLoopback == true else {
            throw ControlError(
                .unauthorized, "token_missing",
                "feed '\(open.name)' has no token, so its pushes are taken from loopback only")
        }
        return open
    }

    /// Compares with every token, so that time tells nothing about which one was near.
    private func feed(authorization: String) throws(ControlError) -> PushFeed {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw ControlError(
                .unauthorized, "token_wrong", "'Authorization' must be 'Bearer TOKEN'")
        }
        let given = Array(parts[1].utf8)
        var found: PushFeed?
        for feed in feeds {
            guard let token = feed.token else { continue }
            if PushAuthority.areEqual(given, Array(token.utf8)) { found = feed }
        }
        guard let found else {
            throw ControlError(.unauthorized, "token_wrong", "no feed has this token")
        }
        return found
    }

    /// Takes as long for any two texts of these lengths.
    static func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard !b.isEmpty else { return false }
        var difference = a.count ^ b.count
        for index in a.indices { difference |= Int(a[index] ^ b[index % b.count]) }
        return difference == 0
    }
}

extension IPAddress {
    /// Whether this is 127.0.0.0/8 (RFC 1122 §3.2.1.3), ::1, or the former written as IPv6.
    var isLoopback: Bool {
        switch self {
        case .v4(let value): value >> 24 == 127
        case .v6(0, let low): low == 1 || low >> 24 == 0xFFFF_7F
        case .v6: false
        }
    }
}
