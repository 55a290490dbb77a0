import DNSWire
package import Steering

/// What one worker keeps from query to query so that none allocates: scratch and its random numbers.
package struct AnsweringState: ~Copyable {
    var key = NameKey()
    var evaluator = PolicyEvaluator()
    var random: RandomSource

    package init(random: RandomSource) { self.random = random }
}
