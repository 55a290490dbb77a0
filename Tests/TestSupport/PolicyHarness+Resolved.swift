package import DNSWire
package import Serving
package import Steering

extension PolicyHarness {
    /// One answer of the query path.
    package struct Answer: Hashable {
        package var outcome: SteeredOutcome
        package var addresses: [IPAddress]

        package init(outcome: SteeredOutcome, addresses: [IPAddress]) {
            self.outcome = outcome
            self.addresses = addresses
        }
    }

    /// Answers as the query path does: from what was worked out when nothing has changed since.
    package func answer(v4: Bool = true) -> Answer { answer(v4: v4, for: .anybody) }

    /// A client as the policy sees it.
    package func client(_ network: ClientNetwork) -> PolicyClient { program.client(network) }

    /// What the last answer depends on of its client, and the scope that tells of it.
    package func scope(for client: PolicyClient) -> UInt8 {
        client.scope(policies.lookedAt(policies.lastBlock))
    }

    /// The same for one client.
    package func answer(v4: Bool = true, for client: PolicyClient) -> Answer {
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 8)
        defer { output.deallocate() }
        var writer = ResponseWriter(into: ByteSink(output))
        writer.begin(
            Query(), from: ByteView(UnsafeRawBufferPointer(output)), maximumBytes: output.count)
        let outcome = policies.answer(
            steered, v4: v4, for: client, memory.image, verdicts, &writer, &random)
        let bytes = v4 ? ResponseWriter.v4RecordBytes : ResponseWriter.v6RecordBytes
        let addresses = (0..<writer.answerRecords).map { index in
            let data = writer.out.view.slice(Header.bytes + index * bytes + 12, v4 ? 4 : 16)
            return v4
                ? IPAddress.v4(data.u32(0))
                : .v6(data.word(0).bigEndian, data.word(8).bigEndian)
        }
        lastTTL = addresses.isEmpty ? nil : writer.out.view.u32(Header.bytes + 6)
        return Answer(outcome: outcome, addresses: addresses)
    }

    /// How often each endpoint stood first in so many answers of the query path.
    package func answered(
        _ trials: Int, v4: Bool = true, for client: PolicyClient = .anybody
    ) -> [String: Int] {
        var counts: [IPAddress: Int] = [:]
        for _ in 0..<trials {
            if let first = answer(v4: v4, for: client).addresses.first {
                counts[first, default: 0] += 1
            }
        }
        return Dictionary(
            counts.compactMap { address, count in endpoint(of: address).map { ($0, count) } },
            uniquingKeysWith: +)
    }

    /// How often each answer was given.
    package func answers(_ trials: Int, v4: Bool = true) -> [Answer: Int] {
        var counts: [Answer: Int] = [:]
        for _ in 0..<trials { counts[answer(v4: v4), default: 0] += 1 }
        return counts
    }

    /// What a change of a word that this policy does not look at does.
    package func noteChangeElsewhere() { verdicts.noteChange() }

    /// How often the policy was worked out.
    package var resolutions: Int { policies.resolutions }
}

extension ResolvedPolicies {
    /// Answers as the query path does.
    package mutating func answer(
        _ steered: SteeredView, v4: Bool, for client: PolicyClient = .anybody,
        _ image: ServingImage, _ verdicts: VerdictTable, _ writer: inout ResponseWriter,
        _ random: inout RandomSource
    ) -> SteeredOutcome {
        for _ in 0..<2 {
            switch answer(
                steered.offset, v4: v4, branch: client.branch, identity: image.identity,
                epoch: verdicts.epoch, owner: 0xC00C, into: &writer, random: &random)
            {
            case .addresses: return .addresses
            case .other(let block):
                let outcome = outcome(block)
                guard outcome == .evaluate || outcome == .evaluateWhileDown else { return outcome }
                return evaluate(
                    block, image, verdicts, for: client, owner: 0xC00C, into: &writer,
                    random: &random)
            case .unknown: resolve(steered, v4: v4, branch: client.branch, image, verdicts)
            }
        }
        return .serverFailure
    }
}
