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
        // Read for every query, so that a verdict shows in the very next answer.
        let epoch = verdicts.epoch
        // The second time it is known.
        for _ in 0..<2 {
            switch state.policies.answer(
                steered.offset, v4: v4, branch: 0, identity: image.identity, epoch: epoch,
                owner: owner, into: &writer, random: &state.random)
            {
            case .addresses: return
            case .other(let block):
                finishSteered(block, steered, zone: zone, &state)
                return
            case .unknown:
                state.policies.resolve(steered, v4: v4, branch: 0, image, verdicts)
            }
        }
    }

    /// What an answer needs that is not just the policy's addresses.
    private mutating func finishSteered(
        _ block: Int, _ steered: SteeredView, zone: Int, _ state: inout AnsweringState
    ) {
        var outcome = state.policies.outcome(block)
        switch outcome {
        case .evaluate, .evaluateWhileDown:
            outcome = state.policies.evaluate(
                block, image, verdicts, owner: owner, into: &writer, random: &state.random)
        default: break
        }
        switch outcome {
        case .addresses, .evaluate, .evaluateWhileDown: break
        case .noData: answerNoData(zone)
        case .noDataFamilyDown:
            extendedError = .familyDown
            answerNoData(zone, atMost: steered.minimumTTL)
        case .addressesWhileDown: noteDown()
        case .noDataWhileDown:
            noteDown()
            answerNoData(zone, atMost: steered.minimumTTL)
        case .noFallback:
            noteDown()
            answerNoData(zone)
        case .serverFailure:
            noteDown()
            writer.isAuthoritative = false
            writer.rcode = .serverFailure
        }
    }

    private mutating func noteDown() {
        counters.add(.steeredWhenDown)
        extendedError = .allDown
    }
}
