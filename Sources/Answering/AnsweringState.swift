import DNSWire
package import Steering

/// What one worker keeps from query to query so that none allocates: scratch and its random numbers.
package struct AnsweringState: ~Copyable {
    var key = NameKey()
    var evaluator = PolicyEvaluator()
    var random: RandomSource
    let rates: RateTable
    /// The nodes whose CNAMEs and DNAMEs the present response has followed.
    var aliases = InlineArray<8, Int>(repeating: 0)
    /// The hashes of the names that it answered with an alias.
    var aliasNames = InlineArray<8, UInt64>(repeating: 0)

    /// - Parameter rates: what all workers count responses in.
    package init(random: RandomSource, rates: RateTable) {
        self.random = random
        self.rates = rates
    }
}
