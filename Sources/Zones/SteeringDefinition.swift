package import DNSWire
package import Health

/// Steering as written in a file: clusters, monitors, endpoints, named policies and steered names.
///
/// The platform's file (`sterna.yaml`) holds one for every zone, without names; each `NAME.yaml` beside a
/// zone holds one for that zone, whose references look into the zone's own definitions first.
package struct SteeringDefinition: Sendable {
    package var clusters: [ClusterDefinition] = []
    package var monitors: [MonitorDefinition] = []
    package var endpoints: [EndpointDefinition] = []
    package var policies: [NamedPolicy] = []
    package var names: [SteeredName] = []
    /// Of a zone's file: whether its policies look at client subnets (RFC 7871), or at resolvers alone.
    package var usesClientSubnet = true

    package init() {}
}

/// Where endpoints live; the unit that a platform owner drains.
package struct ClusterDefinition: Sendable, Hashable {
    package var name: String
    package var region: String?
    /// Degrees, north and east positive.
    package var latitude: Double?
    package var longitude: Double?
    /// The load that it takes, in any unit.
    package var capacity: Double?
    /// The load from which on it sheds some, up to `capacity`, where it sheds everything; nil: it sheds
    /// what is above its capacity.
    package var lowMark: Double?
    package var position: SourcePosition

    package init(
        name: String, region: String? = nil, latitude: Double? = nil, longitude: Double? = nil,
        capacity: Double? = nil, position: SourcePosition
    ) {
        self.name = name
        self.region = region
        self.latitude = latitude
        self.longitude = longitude
        self.capacity = capacity
        self.position = position
    }
}

/// One entry point of traffic (DESIGN §2, "endpoint").
package struct EndpointDefinition: Sendable, Hashable {
    package enum Tier: String, Sendable, CaseIterable { case edge, ingress, other }

    package var name: String
    package var cluster: String?
    package var tier: Tier
    /// Each once; as written, or those that `host` was resolved to last: none, if it never was.
    package var addresses: [IPAddress]
    /// The name whose addresses are this endpoint's; nil: they are written down.
    package var host: Name?
    /// A monitor's name; nil: nothing checks it.
    package var monitor: String?
    package var labels: [String: String]
    package var position: SourcePosition

    package init(
        name: String, cluster: String? = nil, tier: Tier = .other, addresses: [IPAddress],
        host: Name? = nil, monitor: String? = nil, labels: [String: String] = [:],
        position: SourcePosition
    ) {
        self.name = name
        self.cluster = cluster
        self.tier = tier
        self.addresses = addresses
        self.host = host
        self.monitor = monitor
        self.labels = labels
        self.position = position
    }
}

/// A policy that others refer to by name.
package struct NamedPolicy: Sendable {
    package var name: String
    package var policy: PolicyDefinition
    package var position: SourcePosition

    package init(name: String, policy: PolicyDefinition, position: SourcePosition) {
        self.name = name
        self.policy = policy
        self.position = position
    }
}

/// A name in a zone whose A and AAAA answers a policy decides.
package struct SteeredName: Sendable {
    package enum TimeToLive: Sendable, Hashable {
        case seconds(UInt32)
        /// As long as nothing looked at could change, clamped (DESIGN §5, "TTL").
        case auto(minimum: UInt32, maximum: UInt32)
    }

    /// What to answer when the root of the policy is down.
    package enum WhenDown: Sendable, Hashable {
        /// As if everything were up.
        case all
        /// These addresses.
        case addresses([IPAddress])
        /// What the name's `fallback` finds; as if everything were up when that is down too.
        case policy
        /// Those that answered when somebody was well.
        case lastGood
        case noData
        case serverFailure
    }

    package static let defaultTTL: UInt32 = 30
    package static let defaultAuto = TimeToLive.auto(minimum: 5, maximum: 300)

    package var owner: Name
    package var ttl: TimeToLive
    package var policy: PolicyDefinition
    /// Longest TTL while the policy is degraded or worse, but not down.
    package var degradedTTL: UInt32?
    package var whenDown: WhenDown
    /// Of `whenDown: {policy: …}`.
    package var fallback: PolicyDefinition?
    /// The TTL while the policy is down; nil: as when it is up, or the shortest of `auto`.
    package var whenDownTTL: UInt32?
    /// Warnings about it that are meant to be so.
    package var accepted: Set<String> = []
    package var position: SourcePosition

    /// All that decides its addresses.
    package var policies: [PolicyDefinition] { [policy] + (fallback.map { [$0] } ?? []) }

    package init(
        owner: Name, ttl: TimeToLive, policy: PolicyDefinition, whenDown: WhenDown = .all,
        position: SourcePosition
    ) {
        self.owner = owner
        self.ttl = ttl
        self.policy = policy
        self.whenDown = whenDown
        self.position = position
    }
}

/// A policy tree as written, whose references are names that `Compiling` resolves.
package indirect enum PolicyDefinition: Sendable {
    /// An endpoint or a named policy, in this order.
    case reference(String, SourcePosition)
    /// Every endpoint of a cluster, as `all`.
    case cluster(String, SourcePosition)
    /// Every healthy member, at most `answers` addresses, rotated.
    case all([PolicyDefinition], answers: Int)
    /// Members with weights 0…1,000,000; draws `answers` members without replacement.
    case weighted([WeightedMember], answers: Int)
    /// The first eligible member.
    case failover([PolicyDefinition])
    /// By where the client is; see `ClientBranch.Key` for what comes first.
    case geo([ClientBranch])
    /// By the client's network: the longest of the prefixes given.
    case subnet([ClientBranch])
    /// By the way to the client: the nearest member first, then the next nearest.
    case proximity([PlacedMember])
    /// By measured latency to the client: the member with the lowest first, then the next.
    case latency([PlacedMember])
    /// Always the same member for a client network, shares by weight; a member that leaves moves only its own clients.
    case hash([WeightedMember], v4Bits: UInt8, v6Bits: UInt8)

    /// A node with further keys.
    case with(PolicyDefinition, PolicyModifiers)

    /// Bits of an address that make one client of `hash`: what resolvers tell (RFC 7871 §11.1).
    package static let defaultHashV4Bits: UInt8 = 24
    package static let defaultHashV6Bits: UInt8 = 56

    /// Route 53's multivalue limit.
    package static let defaultAllAnswers = 8
    package static let maximumWeight: UInt32 = 1_000_000
    /// Deepest nesting, counted with the references followed.
    package static let maximumDepth = 16
    /// Most members of one node.
    package static let maximumMembers = 1000
    /// Most addresses in one answer.
    package static let maximumAnswers = 64
}

package struct WeightedMember: Sendable {
    package var member: PolicyDefinition
    package var weight: UInt32

    package init(_ member: PolicyDefinition, weight: UInt32) {
        self.member = member
        self.weight = weight
    }
}

extension PolicyDefinition {
    /// The node without the keys beside its kind.
    package var bare: PolicyDefinition {
        if case .with(let node, _) = self { node.bare } else { self }
    }

    /// The keys beside its kind.
    package var modifiers: PolicyModifiers {
        if case .with(_, let modifiers) = self { modifiers } else { .none }
    }

    /// The policies right below this one, in order, and what it requires.
    package var members: [PolicyDefinition] {
        switch self {
        case .with(.reference(let name, let position), let modifiers):
            [.reference(name, position)] + modifiers.required
        case .with(.cluster(let name, let position), let modifiers):
            [.cluster(name, position)] + modifiers.required
        case .with(let node, let modifiers): node.members + modifiers.required
        case .reference, .cluster: []
        case .all(let members, _), .failover(let members): members
        case .weighted(let members, _), .hash(let members, _, _): members.map(\.member)
        case .geo(let branches), .subnet(let branches): branches.map(\.policy)
        case .proximity(let members), .latency(let members): members.map(\.member)
        }
    }
}
