/// Keys that stand beside the kind of a policy node and say how its members count.
package struct PolicyModifiers: Sendable, Hashable {
    /// How many members must be up, or the node is down for its parent.
    package enum Threshold: Sendable, Hashable {
        case count(Int)
        case percent(Int)
    }

    package var atLeast: Threshold?
    /// The percentage of healthy members below which all are used that operators left in; 0: never.
    package var panicPercent = 0
    /// What goes past the first member of a failover to the next, in 10,000ths.
    package var trickle = 0
    /// Whether what a chosen member cannot take goes to the next one.
    package var spill = false
    /// Whether the node counts as up for its parent whatever its members are.
    package var alwaysUp = false
    /// Endpoints and policies, by name, that must be up as well, or the node is down.
    package var requires: [Requirement] = []

    /// The name of something that must be up, and where it stands.
    package struct Requirement: Sendable, Hashable {
        package var name: String
        package var position: SourcePosition

        package init(_ name: String, _ position: SourcePosition) {
            self.name = name
            self.position = position
        }
    }

    package static let none = PolicyModifiers()
    /// When a failover that left a tier may come back to it.
    package var failback = Failback.automatic

    /// What goes past the first member is a small part.
    package static let maximumTrickle = 5000
    package static let maximumRequirements = 64

    package init() {}
}

extension PolicyModifiers {
    /// What must be up, as policies.
    package var required: [PolicyDefinition] {
        requires.map { .reference($0.name, $0.position) }
    }
}
