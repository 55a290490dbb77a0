import Serving

/// How many responses a second a network of clients gets over UDP; 0: no limit.
package struct RateLimit: Sendable, Hashable {
    /// Answers and referrals from one name.
    package var responses: Int
    /// Negative answers from one zone.
    package var negatives: Int
    /// Errors, whatever was asked.
    package var errors: Int
    /// Responses of any kind.
    package var all = 0
    /// How long the prefix of a network is, in bits (8 to 32, 16 to 128).
    package var v4Prefix = 24
    package var v6Prefix = 56
    /// Of how many responses beyond the limit one is sent with TC and no records; 0: none (0 to 10).
    package var slip = 2
    /// Whether what exceeds a limit is only counted.
    package var isDryRun = false

    package init(responses: Int) {
        self.responses = responses
        negatives = responses
        errors = responses
    }
}

extension ImageBuilder {
    /// Patches the limits into the header.
    mutating func write(_ limit: RateLimit) {
        typealias Field = ImageLayout.Field
        patch(UInt32(clamping: limit.responses), at: Field.limitResponses)
        patch(UInt32(clamping: limit.negatives), at: Field.limitNegatives)
        patch(UInt32(clamping: limit.errors), at: Field.limitErrors)
        patch(UInt32(clamping: limit.all), at: Field.limitAll)
        let small = [limit.v4Prefix, limit.v6Prefix, limit.slip].map { UInt8(clamping: $0) }
        patch(small, at: Field.limitV4Prefix)
    }
}
