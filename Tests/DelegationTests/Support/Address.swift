/// Addresses of the small Internet, from the ranges for documentation (RFC 5737, RFC 3849); those
/// of the zones and the configurations in `Site`.
enum Address {
    static let root4 = "192.0.2.1"
    static let root6 = "2001:db8::1"
    static let parent4 = "192.0.2.53"
    static let parent6 = "2001:db8::53"
    static let child1v4 = "198.51.100.53"
    static let child1v6 = "2001:db8:1::53"
    static let child2v4 = "203.0.113.53"
    static let child2v6 = "2001:db8:2::53"
    static let unbound = "192.0.2.101"
    static let bind = "192.0.2.102"
    static let unboundIPv6 = "2001:db8::103"
    /// The entry points that the steered names are about.
    static let us4 = "198.51.100.80"
    static let us6 = "2001:db8:1::80"
    static let eu4 = "203.0.113.80"

    static let roots = [root4, root6]
    static let parents = [parent4, parent6]
    /// Both Sterna servers, both families.
    static let children = [child1v4, child1v6, child2v4, child2v6]
    static let all =
        roots + parents + children + [unbound, bind, unboundIPv6, us4, us6, eu4]
}

/// The resolvers that the names are resolved with.
enum Resolver: String, CaseIterable, Sendable {
    case unbound
    case bind
    /// Unbound that reaches nobody over IPv4.
    case unboundIPv6

    var address: String {
        switch self {
        case .unbound: Address.unbound
        case .bind: Address.bind
        case .unboundIPv6: Address.unboundIPv6
        }
    }

    var server: Server {
        switch self {
        case .unbound: .unbound
        case .bind: .bind
        case .unboundIPv6: .unboundIPv6
        }
    }
}
