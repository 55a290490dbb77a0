/// The questions that are asked all the while, and which answers to them are right.
enum ChaosQuestion: String, CaseIterable, Sendable {
    /// A record that never changes.
    case `static`
    /// A name that never exists.
    case nosuch
    /// A record whose address is the version of the zone.
    case changing
    /// A steered name, and its endpoint, that exist in odd versions only.
    case guest
    /// The endpoints by failover, all of them, and by weight.
    case order, spread, share
    /// A name of the example, whose endpoint is probed, and dead.
    case asia

    /// What a server may answer.
    struct Answer {
        var rcode: Int
        var addresses: [UInt32]
    }

    static let guestAddress: UInt32 = 0xC000_026D
    private static let staticAddress: UInt32 = 0xC000_0250
    private static let noError = 0
    private static let nameError = 3

    static func address(ofVersion version: Int) -> UInt32 {
        0x0A00_0000 | UInt32(truncatingIfNeeded: version)
    }

    /// What is wrong with an answer; nil when nothing is.
    func fault(in answer: Answer, during interval: ChaosInterval) -> String? {
        isRight(answer, interval)
            ? nil
            : "\(self): rcode \(answer.rcode), \(answer.addresses.map { String($0, radix: 16) }); "
                + "versions \(interval.versions), down \(interval.endpoints(certainlyDown: true)), "
                + "up \(interval.endpoints(certainlyDown: false))"
    }

    private func isRight(_ answer: Answer, _ interval: ChaosInterval) -> Bool {
        switch self {
        case .static:
            return answer.rcode == Self.noError && answer.addresses == [Self.staticAddress]
        case .nosuch: return answer.rcode == Self.nameError && answer.addresses.isEmpty
        case .changing:
            return answer.rcode == Self.noError
                && interval.versions.contains { answer.addresses == [Self.address(ofVersion: $0)] }
        case .guest:
            let isThere = answer.rcode == Self.noError && answer.addresses == [Self.guestAddress]
            guard isThere || answer.rcode == Self.nameError && answer.addresses.isEmpty else {
                return false
            }
            return interval.versions.contains { ($0 % 2 == 1) == isThere }
        case .order, .spread, .share:
            return answer.rcode == Self.noError && isSteeredRight(answer.addresses, interval)
        case .asia: return answer.rcode == Self.noError && answer.addresses.count == 1
        }
    }

    private func isSteeredRight(_ addresses: [UInt32], _ interval: ChaosInterval) -> Bool {
        let all = interval.asked.endpoints.indices
        let members = all.filter { addresses.contains(ChaosMoment.address($0)) }
        guard !members.isEmpty, members.count == addresses.count else { return false }
        let down = interval.endpoints(certainlyDown: true)
        let up = interval.endpoints(certainlyDown: false)
        // All that are down are as good as each other; so nothing is wrong unless one is up.
        if !up.isEmpty, members.contains(where: down.contains) { return false }
        switch self {
        case .spread: return up.allSatisfy(members.contains)
        case .order:
            // With all down the answer is "as if all were up": the first one.
            guard members.count == 1 else { return false }
            return down.count == all.count ? members == [0] : up.allSatisfy { $0 >= members[0] }
        default: return members.count == 1
        }
    }
}
