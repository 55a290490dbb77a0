/// How one probe of one address ended, with a reason for people.
package enum ProbeOutcome: Equatable, Sendable {
    /// `status 200`, `connected`.
    case passed(String)
    case failed(ProbeFailure, String)
    /// This host could not even try (no descriptors, no ports): says nothing about the address.
    case notMade(String)

    package var reason: String {
        switch self {
        case .passed(let reason), .failed(_, let reason), .notMade(let reason): reason
        }
    }

    package var hasPassed: Bool {
        if case .passed = self { true } else { false }
    }
}

/// The kinds of failure that are counted apart.
package enum ProbeFailure: String, Hashable, Sendable, CaseIterable {
    /// The connection was refused.
    case refused
    /// The connection failed otherwise, or broke.
    case connection
    /// The time of the whole probe was over.
    case timeout
    case tls
    /// What came back is not HTTP, or is too large.
    case response
    /// A status that does not pass.
    case status
    /// The text asked for is not in the body.
    case body
}
