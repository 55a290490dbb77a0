import DNSWire
package import Steering

/// What one worker keeps from query to query so that none allocates: scratch and its random numbers.
package struct AnsweringState: ~Copyable {
    var key = NameKey()
    var policies: ResolvedPolicies
    var random: RandomSource
    let rates: RateTable
    /// The nodes whose CNAMEs and DNAMEs the present response has followed.
    var aliases = InlineArray<8, Int>(repeating: 0)
    /// The hashes of the names that it answered with an alias.
    var aliasNames = InlineArray<8, UInt64>(repeating: 0)

    /// - Parameter rates: what all workers count responses in.
    package init(
        random: RandomSource, rates: RateTable,
        policies: consuming ResolvedPolicies = ResolvedPolicies()
    ) {
        self.random = random
        self.rates = rates
        self.policies = policies
    }

    /// How often a policy was worked out; all other steered answers took what was known.
    package var resolutions: Int { policies.resolutions }
}
