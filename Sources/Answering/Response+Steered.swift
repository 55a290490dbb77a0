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
        guard !steered.looks else {
            answerLocated(steered, v4: v4, zone: zone, &state)
            return
        }
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
                finishSteered(block, steered, for: .anybody, zone: zone, &state)
                return
            case .unknown:
                state.policies.resolve(steered, v4: v4, branch: 0, image, verdicts)
            }
        }
    }

    /// The same by a policy that looks at the client: its subnet where the query tells one and server and
    /// zone read it, else the address that the query came from.
    @inline(never)
    private mutating func answerLocated(
        _ steered: SteeredView, v4: Bool, zone: Int, _ state: inout AnsweringState
    ) {
        let subnet = image.zone(zone).usesClientSubnet ? options.subnet : nil
        let client = PolicyProgram(image, offset: steered.program)
            .client(ClientNetwork(subnet, from: self.client))
        let epoch = verdicts.epoch
        for _ in 0..<2 {
            let answered = state.policies.answer(
                steered.offset, v4: v4, branch: client.branch, identity: image.identity,
                epoch: epoch, owner: owner, into: &writer, random: &state.random)
            if case .unknown = answered {
                state.policies.resolve(steered, v4: v4, branch: client.branch, image, verdicts)
                continue
            }
            // Names in a chain may each have looked.
            let block = state.policies.lastBlock
            scopeBits = max(scopeBits, client.scope(state.policies.lookedAt(block)))
            if case .other = answered {
                finishSteered(block, steered, for: client, zone: zone, &state)
            }
            return
        }
    }

    /// What an answer needs that is not just the policy's addresses.
    private mutating func finishSteered(
        _ block: Int, _ steered: SteeredView, for client: PolicyClient, zone: Int,
        _ state: inout AnsweringState
    ) {
        var outcome = state.policies.outcome(block)
        switch outcome {
        case .evaluate, .evaluateWhileDown:
            outcome = state.policies.evaluate(
                block, image, verdicts, for: client, owner: owner, into: &writer,
                random: &state.random)
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
            answerNoData(zone, atMost: steered.whenDownTTL)
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
