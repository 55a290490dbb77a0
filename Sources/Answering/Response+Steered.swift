import DNSWire
import Serving
import Steering

extension Response {
    /// Answers A or AAAA by a policy.
    ///
    /// A policy without an address of this family is NODATA, and so is one whose addresses of this family
    /// are all down while the other family's are not. A policy that is down in both answers what its name
    /// says for that case. Health never makes a name disappear.
    mutating func answerSteered(
        _ steered: SteeredView, v4: Bool, zone: Int, _ state: inout AnsweringState
    ) {
        counters.add(.steered)
        let program = PolicyProgram(image, offset: steered.program)
        var result = state.evaluator.evaluate(
            program, image, verdicts, v4: v4, random: &state.random)
        if !result.standing.isUsable, result.standing != .absent {
            // A name that the other family still reaches is not down: its clients have a way.
            if isUsable(program, v4: !v4, &state) {
                extendedError = .familyDown
                answerNoData(zone, atMost: steered.minimumTTL)
                return
            }
            counters.add(.steeredWhenDown)
            extendedError = .allDown
            switch steered.whenDown {
            case ImageLayout.Steered.whenDownNoData:
                answerNoData(zone, atMost: steered.minimumTTL)
                return
            case ImageLayout.Steered.whenDownServerFailure:
                writer.isAuthoritative = false
                writer.rcode = .serverFailure
                return
            case ImageLayout.Steered.whenDownAddresses:
                answerFallback(steered, v4: v4, zone: zone)
                return
            default:
                result = evaluateAsIfUp(program, v4: v4, &state)
            }
        }
        guard result.count > 0 else {
            answerNoData(zone)
            return
        }
        let image = image
        let ttl = min(max(result.changeSeconds, steered.minimumTTL), steered.maximumTTL)
        appendAddresses(
            result.count, v4: v4,
            ttl: result.changeSeconds == 0 ? steered.maximumTTL : ttl
        ) { image.address(state.evaluator.address($0)).wire(v4: v4) }
    }

    private mutating func isUsable(
        _ program: PolicyProgram, v4: Bool, _ state: inout AnsweringState
    ) -> Bool {
        state.evaluator.evaluate(program, image, verdicts, v4: v4, random: &state.random)
            .standing.isUsable
    }

    /// As if everything were up, but what operators took out only when nothing else is there.
    private mutating func evaluateAsIfUp(
        _ program: PolicyProgram, v4: Bool, _ state: inout AnsweringState
    ) -> PolicyResult {
        let result = state.evaluator.evaluate(
            program, image, verdicts, v4: v4, assuming: .upUnlessOverridden, random: &state.random)
        if result.count > 0 { return result }
        return state.evaluator.evaluate(
            program, image, verdicts, v4: v4, assuming: .everythingUp, random: &state.random)
    }

    private mutating func answerFallback(_ steered: SteeredView, v4: Bool, zone: Int) {
        let count = steered.fallbackCount(v4: v4)
        guard count > 0 else {
            answerNoData(zone)
            return
        }
        appendAddresses(count, v4: v4, ttl: steered.minimumTTL) { steered.fallback(v4: v4, $0) }
    }

    /// Appends one A or AAAA RRset whole, or sets TC.
    private mutating func appendAddresses(
        _ count: Int, v4: Bool, ttl: UInt32, _ address: (Int) -> ByteView
    ) {
        guard count &* (v4 ? 16 : 28) <= writer.room else {
            writer.isTruncated = true
            return
        }
        for index in 0..<count {
            writer.appendRecord(owner: owner, type: v4 ? .a : .aaaa, ttl: ttl, data: address(index))
        }
        writer.answerRecords &+= count
    }
}
