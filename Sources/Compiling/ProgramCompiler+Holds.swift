import Serving
import Steering
import Zones

/// Words that a policy needs because its answers depend on what was before.
extension ProgramCompiler {
    /// Gives a failover that does not fail back by itself the word that its hold lies in.
    mutating func hold(
        _ node: Int, _ policy: PolicyDefinition, _ scope: Scope, _ failback: Failback
    ) throws(Finding) {
        let after: UInt32?
        switch failback {
        case .automatic: return
        case .after(let seconds): after = seconds
        case .manual: after = nil
        }
        guard !asksBelow[node] else {
            throw Finding(
                at: position,
                "a failover with 'failback' has a tier that asks where the client is, and what is held "
                    + "back is held for all clients: put the failover into each branch instead")
        }
        let identities = MemberIdentity.all(policy.bare.members, scope)
        let key = SlotMap.HoldKey(
            owner: owner, path: path.map(String.init).joined(separator: "/"), kind: .failover,
            members: MemberIdentity.hash(identities.map(String.init)))
        guard let slot = slots.slot(key) else { throw HoldTable.full(position) }
        for (index, identity) in identities.enumerated() {
            edges[nodes[node].first + index].identity = identity
        }
        nodes[node].hold = slot
        holds.append(HoldTable.Hold(key: key, slot: slot, node: node, afterSeconds: after))
    }

    /// The endpoints up to the root, in the order of their nodes.
    var endpointKeys: [String] {
        nodeByEndpoint.filter { $0.value < rootEnd }.sorted { $0.value < $1.value }.map(\.key)
    }
}
