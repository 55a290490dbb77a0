package import DNSWire

/// One branch of a policy that asks where the client is.
package struct ClientBranch: Sendable {
    /// Which clients a branch is for; of several that hold one the first kind in this order counts.
    package enum Key: Hashable, Sendable {
        /// A network, of `subnet` only: the longest first.
        case prefix(IPNetwork)
        /// The networks that have this name in the lists of `locations`.
        case network(String)
        /// The networks of an autonomous system, where a database tells them.
        case autonomousSystem(UInt32)
        /// ISO 3166-2: `US` and `CA` for California.
        case subdivision(country: String, String)
        /// ISO 3166-1 alpha-2.
        case country(String)
        case continent(String)
        /// Everybody else, and those of whom nothing is known.
        case fallback
    }

    package var key: Key
    package var policy: PolicyDefinition
    /// Where the key stands.
    package var position: SourcePosition

    package init(_ key: Key, _ policy: PolicyDefinition, position: SourcePosition) {
        self.key = key
        self.policy = policy
        self.position = position
    }
}

extension ClientBranch.Key: CustomStringConvertible {
    /// As it is written in a file, without what may be left out.
    package var description: String {
        switch self {
        case .prefix(let network): "\(network)"
        case .network(let name): "network:\(name)"
        case .autonomousSystem(let number): "AS\(number)"
        case .subdivision(let country, let part): "\(country)-\(part)"
        case .country(let code): "country:\(code)"
        case .continent(let code): "continent:\(code)"
        case .fallback: "default"
        }
    }
}
