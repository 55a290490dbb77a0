import Health
package import Serving

/// How each node stands, and which members it chooses from.
extension PolicyEvaluator {
    /// Judges the nodes up to `last`; returns the earliest time in seconds at which something looked at
    /// could change, 0: never.
    package mutating func judge(
        _ program: PolicyProgram, _ image: ServingImage, _ verdicts: VerdictTable, v4: Bool,
        branch: UInt32, through last: Int, _ assumption: Assumption
    ) -> UInt32 {
        self.branch = branch
        choiceOwner = -1
        var changeSeconds = UInt32.max
        var nextAddress = 0
        var endpoint = 0
        // As long as all addresses take everything, so do the nodes.
        var areWhole = true
        for index in 0...last {
            let node = program.node(index)
            unsafe shares[index] = 256
            guard node.kind == ProgramLayout.Kind.endpoint else {
                if let hold = node.hold {
                    let tier = firstTier(program, node, from: verdicts.hold(hold).tier(v4: v4))
                    unsafe firstTiers[index] = UInt16(truncatingIfNeeded: tier)
                }
                judgeGroup(program, node, index, assumption)
                if !areWhole {
                    unsafe shares[index] = UInt16(
                        truncatingIfNeeded: choose(program, index).share)
                }
                continue
            }
            unsafe addressStart[index] = UInt16(truncatingIfNeeded: nextAddress)
            let isLeftOut = isLeftOut(endpoint, assumption)
            endpoint &+= 1
            var all = StandingSet()
            for address in node.addresses(v4: v4) {
                precondition(nextAddress < ProgramLayout.maximumAddresses, "too many addresses")
                let word = verdicts.load(image.address(address).slot)
                let standing =
                    isLeftOut ? .down : Standing(word, assuming: assumption)
                if word.changeSeconds != 0 {
                    changeSeconds = min(changeSeconds, word.changeSeconds)
                }
                // As if all were up is as if they all took everything.
                let share = assumption == .facts ? word.share : 256
                areWhole = areWhole && share == 256
                unsafe addressStandings[nextAddress] = standing
                unsafe addressShares[nextAddress] = UInt16(truncatingIfNeeded: share)
                nextAddress &+= 1
                all.insert(standing)
            }
            let eligible = all.eligible
            unsafe standings[index] = eligible.standing(outOf: all)
            unsafe candidates[index] = eligible.isEmpty ? StandingSet(.down) : eligible
            if !areWhole { judgeShare(index, through: nextAddress) }
        }
        return changeSeconds == .max ? 0 : changeSeconds
    }

    /// An endpoint takes the mean of what the addresses take that it gives out.
    private func judgeShare(_ index: Int, through end: Int) {
        var sum = 0
        var count = 0
        for place in unsafe Int(addressStart[index])..<end
        where unsafe candidates[index].contains(addressStandings[place]) {
            sum &+= unsafe Int(addressShares[place])
            count &+= 1
        }
        if count > 0 {
            unsafe shares[index] = UInt16(truncatingIfNeeded: (sum &+ count &- 1) / count)
        }
    }

    private func judgeGroup(
        _ program: PolicyProgram, _ node: PolicyNode, _ index: Int, _ assumption: Assumption
    ) {
        // Of members by weight those above 0, else all.
        var regular = StandingCounts()
        var standby = StandingCounts()
        if node.kind == ProgramLayout.Kind.located {
            for rung in program.ladder(node, branch: branch) {
                regular.add(standing(of: program.member(node.first &+ program.rung(rung)).node))
            }
        } else {
            let isByWeight = node.isByWeight
            for edge in node.members {
                let member = program.member(edge)
                if isByWeight, member.weight == 0 {
                    standby.add(standing(of: member.node))
                } else {
                    regular.add(standing(of: member.node))
                }
            }
        }
        var chosen = ChosenStandings(regular: regular.set, standby: standby.set)
        if node.hold != nil, unsafe firstTiers[index] > 0 {
            let tiers = standings(program, node, from: unsafe Int(firstTiers[index]))
            chosen = ChosenStandings(regular: tiers, standby: StandingSet())
        }
        var standing = chosen.eligible.standing(outOf: chosen.all)
        if assumption == .facts {
            if node.panicPercent > 0 {
                let panics = chosen.panic(node.panicPercent, regular, standby)
                if panics { standing = .degraded }
            }
            standing = limited(standing, program, node, regular + standby)
        }
        if chosen.eligible.isEmpty { chosen.takeFailed() }
        unsafe standings[index] = standing
        unsafe candidates[index] = chosen.eligible
        unsafe usesStandbys[index] = chosen.areStandbys
    }

    /// How a node stands for its parent when what its own keys ask for is not there.
    private func limited(
        _ standing: Standing, _ program: PolicyProgram, _ node: PolicyNode,
        _ members: StandingCounts
    ) -> Standing {
        var standing = standing
        if node.hasThreshold, standing.isUsable {
            let needed = node.needed(of: members.present)
            if members.up < needed {
                // With those that operators want emptied it would do: better than nothing.
                standing =
                    members.up &+ members[.softDrained] < needed
                    ? .down : Standing.lower(standing, .softDrained)
            }
        }
        if node.isAlwaysUp, standing == .down || standing == .unknown || standing == .degraded {
            standing = .unchecked
        }
        for edge in node.required {
            let required = self.standing(of: program.member(edge).node)
            if required != .absent, required.rawValue <= Standing.softDrained.rawValue {
                standing = Standing.lower(standing, required)
            }
        }
        return standing
    }
}

/// Which of its members a group chooses from, by their standings.
private struct ChosenStandings {
    private let regular: StandingSet
    private let standby: StandingSet
    private(set) var eligible: StandingSet
    /// Whether they are those of weight 0.
    private(set) var areStandbys = false

    var all: StandingSet { regular.union(standby) }

    /// Weight 0 is never used unless every member above 0 is down; one that is drained, or on its way out, counts
    /// as down here, or draining the last of them would not reach the standby.
    init(regular: StandingSet, standby: StandingSet) {
        self.regular = regular
        self.standby = standby
        eligible = regular.eligible
        let other = standby.eligible
        if !eligible.isBetterThanDrained,
            other.isBetterThanDrained || eligible.isEmpty && !other.isEmpty
        {
            areStandbys = true
            eligible = other
        }
    }

    /// Takes all but those that operators took out when too few are healthy; returns whether that is so.
    mutating func panic(
        _ percent: Int, _ regularCounts: StandingCounts, _ standbyCounts: StandingCounts
    ) -> Bool {
        // What is drained and works is better than what fails.
        guard eligible.isEmpty || eligible.isBetterThanDrained else { return false }
        let useStandbys = areStandbys || regular.withoutOperators.isEmpty
        let counts = useStandbys ? standbyCounts : regularCounts
        guard counts.isPanic(below: percent) else { return false }
        areStandbys = useStandbys
        eligible = (useStandbys ? standby : regular).withoutOperators
        return true
    }

    /// Takes those that failed: nothing else is there.
    mutating func takeFailed() {
        areStandbys = !regular.contains(.down) && standby.contains(.down)
        eligible = StandingSet(.down)
    }
}
