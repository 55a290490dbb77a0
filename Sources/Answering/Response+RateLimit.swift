import DNSWire
import Serving
import Steering

/// Response rate limiting: a victim whose address is forged gets few of the responses, a real client is told to
/// come by TCP.
///
/// What is counted together are the responses to one network (a prefix of the client's address) that come from
/// the same source: a name (for all names that a wildcard stands for, the wildcard), the negative answers of a
/// zone, or all errors.
extension Response {
    private enum Kind {
        static var positive: UInt64 { 1 }
        static var negative: UInt64 { 2 }
        static var error: UInt64 { 3 }
        static var any: UInt64 { 4 }
    }

    /// Counts this response; whether it is one too many, and more than counting is to be done.
    mutating func exceedsLimit(of client: ClientAddress, at now: UInt32, _ rates: RateTable) -> Bool
    {
        let key = image.limitedNetwork(of: client)
        let network = (key.high, key.low)
        let kind: UInt64
        let limit: UInt32
        if isNegative {
            kind = Kind.negative
            limit = image.limitNegatives
        } else if writer.rcode == .noError {
            kind = Kind.positive
            limit = image.limitResponses
        } else {
            kind = Kind.error
            limit = image.limitErrors
        }
        var isExceeded = false
        if limit != 0 {
            let from = kind == Kind.error ? 0 : source
            isExceeded = rates.count(kind, from, network, at: now) > Int(limit)
        }
        if image.limitAll != 0, rates.count(Kind.any, 0, network, at: now) > Int(image.limitAll) {
            isExceeded = true
        }
        guard isExceeded else { return false }
        if image.rateLimitIsDryRun { counters.add(.rateExceeded) }
        return !image.rateLimitIsDryRun
    }

    /// Cuts the response down to its question, with TC, for one in `limitSlip`; false: stay silent.
    mutating func slips(_ random: inout RandomSource) -> Bool {
        let slip = image.limitSlip
        guard slip == 1 || slip > 1 && random.below(UInt64(slip)) == 0 else {
            counters.add(.rateDropped)
            return false
        }
        counters.add(.rateSlipped)
        writer.dropRecords(query)
        isNegative = false
        isReferral = false
        return true
    }
}
