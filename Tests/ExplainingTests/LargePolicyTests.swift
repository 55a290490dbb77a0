import DNSWire
import Explaining
import Health
import Serving
import TestSupport
import Testing
import Zones

/// Policies whose answers are too many to list, and members that take less than their share.
@Suite struct LargePolicyTests {
    private func site(_ policy: (_ members: [PolicyDefinition]) -> PolicyDefinition) throws
        -> ExplainedSite
    {
        var steering = SteeringDefinition()
        steering.endpoints = (0..<20).map {
            EndpointDefinition("e\($0)", .v4(0x0A00_0001 + UInt32($0)))
        }
        steering.names = [
            SteeredName(
                owner: try Name("steered.example.org."), ttl: .seconds(30),
                policy: policy((0..<20).map { .to("e\($0)") }), position: TestZone.position)
        ]
        return try ExplainedSite(steering)
    }

    @Test func answersThatAreTooManyAreEstimated() throws {
        let site = try site { members in
            .weighted(members.map { WeightedMember($0, weight: 1) }, answers: 8)
        }
        let response = try site.explain("steered.example.org.").response
        #expect(response.draws == AnswerDistribution.estimateDraws)
        #expect(response.moreAnswers > 0)
        #expect(response.addresses.count == 20)
        // What comes first is exact all the same.
        #expect(response.addresses.allSatisfy { abs($0.first - 0.05) < 1e-12 })
        #expect(
            response.addresses.allSatisfy {
                isPlausible(
                    Int(($0.included * 20_000).rounded()), of: 20_000, probability: 0.4)
            })
    }

    @Test func rotationsOfManyAreExact() throws {
        let site = try site { .all($0, answers: 8) }
        let response = try site.explain("steered.example.org.").response
        #expect(response.draws == 0)
        #expect(response.answers.count == 20)
        #expect(response.addresses.allSatisfy { abs($0.included - 0.4) < 1e-9 })
    }

    @Test func aMemberThatReturnsSlowlyTakesLess() throws {
        let site = try site { members in
            .weighted(members.prefix(2).map { WeightedMember($0, weight: 1) }, answers: 1)
        }
        let slot = try #require(site.slot(of: "e0"))
        site.verdicts.store(VerdictWord(.healthy, share: 64), slot: slot)
        let explanation = try site.explain("steered.example.org.")
        #expect(explanation.response.addresses.map(\.first) == [0.8, 0.2])
        let member = try #require(explanation.policy?.tree.members.first)
        #expect(member.text == "weight 1 of 2, of which it takes 25.0 %")
        #expect(member.node.addresses[0].text.contains("takes 25.0 % of its normal share"))
    }
}
