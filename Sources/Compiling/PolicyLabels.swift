import DNSWire
package import Steering
package import Zones

/// What the members of a compiled policy are called in the files: a program knows endpoints only.
package struct PolicyLabels: Sendable {
    /// By node of the program: its members in order.
    package private(set) var members: [Int: [String]] = [:]
    /// By node of the program: its kind as written, where that tells more than the program's.
    package private(set) var kinds: [Int: String] = [:]
    /// What the name refers to, where its policy is not written out.
    package private(set) var root: String?
    private let trace: PolicyTrace

    /// No names, for policies that are not in the files.
    package init(_ trace: PolicyTrace) { self.trace = trace }

    /// Walks a policy as written and as compiled side by side.
    ///
    /// - Parameters:
    ///   - name: a steered name of `source`.
    ///   - platform: definitions that every zone may refer to.
    ///   - isFallback: whether the trace is of the policy for when the root is down.
    package init(
        of name: SteeredName, in source: ZoneSource, platform: SteeringDefinition,
        _ trace: PolicyTrace, isFallback: Bool = false
    ) {
        self.trace = trace
        let policy = isFallback ? name.fallback ?? name.policy : name.policy
        let scope = Scope(
            source.steering, prefix: Scope.prefix(of: source.zone.origin),
            within: Scope(platform, prefix: ""))
        root = label(of: policy, scope)
        walk(policy, scope, trace.root, depth: 0)
    }

    private mutating func walk(
        _ policy: PolicyDefinition, _ scope: Scope, _ node: Int, depth: Int
    ) {
        // What is mentioned twice is one node, and has been walked.
        guard depth <= PolicyDefinition.maximumDepth, members[node] == nil else { return }
        if case .with(let inner, _) = policy, case .reference = inner.bare,
            let only = trace.nodes[node].members.first
        {
            // A reference with keys of its own is a group of one.
            members[node] = [label(of: inner, scope) ?? ""]
            walk(inner.bare, scope, only.node, depth: depth + 1)
            return
        }
        let policy = policy.bare
        switch policy {
        case .reference(let name, _):
            if case .policy(let named, let inner) = scope.resolve(name) {
                walk(named.policy, inner, node, depth: depth + 1)
            }
        case .cluster(let name, _):
            let endpoints = scope.endpoints(ofCluster: name).map(\.endpoint.name)
            guard endpoints.count == trace.nodes[node].members.count else { return }
            members[node] = endpoints
            kinds[node] = "cluster"
        default:
            let written = policy.members
            let compiled = trace.nodes[node].members
            guard written.count == compiled.count else { return }
            kinds[node] = kind(of: policy)
            members[node] = zip(written, keys(of: policy)).map { member, key in
                key ?? label(of: member, scope) ?? ""
            }
            for (member, child) in zip(written, compiled) {
                walk(member, scope, child.node, depth: depth + 1)
            }
        }
    }

    private func kind(of policy: PolicyDefinition) -> String? {
        switch policy.bare {
        case .geo: "geo"
        case .subnet: "subnet"
        case .proximity: "proximity"
        case .latency: "latency"
        default: nil
        }
    }

    /// What stands before the members of a policy: branches have keys.
    private func keys(of policy: PolicyDefinition) -> [String?] {
        switch policy {
        case .geo(let branches), .subnet(let branches): branches.map { "\($0.key)" }
        default: policy.members.map { _ in nil }
        }
    }

    private func label(of policy: PolicyDefinition, _ scope: Scope) -> String? {
        switch policy.bare {
        case .reference(let name, _):
            if case .policy = scope.resolve(name) { return "policy \(name)" }
            return name
        case .cluster(let name, _): return "cluster \(name)"
        default: return nil
        }
    }
}
