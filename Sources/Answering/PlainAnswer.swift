import DNSWire
import Serving
import Steering

/// The short way from a plain query to its answer, for what a server is asked most.
///
///     plain query ─▶ hash ─▶ node ─▶ static records ────────────▶ copy, OPT, header
///                             │ └──▶ a policy's addresses ──────▶
///                             └────▶ no such type, no such name ▶ the zone's SOA
///
/// It answers as `answerAnything` does, to the byte and the counter, or not at all: whatever has no place in the
/// drawing, or does not fit, goes there from the start. So nothing is counted, and no random number used up,
/// before it is certain that this is the answer.
struct PlainAnswer {
    let query: PlainQuery
    let packet: ByteView
    let out: ByteSink

    /// Writes the response; 0: the query is not for this way.
    @inline(__always)
    func write(
        isTCP: Bool, image: ServingImage, verdicts: VerdictTable, counters: CounterPage,
        state: inout AnsweringState
    ) -> Int {
        // DS is asked of the parent; 251 to 255 are transfers and ANY.
        guard query.type != .ds, query.type.rawValue &- RRType.ixfr.rawValue > 4 else { return 0 }
        let name = packet.slice(Header.bytes, query.nameBytes)
        let fragment: FragmentView
        var rcode = RCode.noError
        var isNegative = false
        if let node = image.find(name, hash: NameHash.hash(name)) {
            guard node.cut == 0, !node.hasCNAME else { return 0 }
            if let entry = node.entry(of: query.type) {
                guard !entry.isSteered else {
                    return writeAddresses(
                        entry.steered, isTCP: isTCP, image: image, verdicts: verdicts,
                        counters: counters, state: &state)
                }
                fragment = entry.fragment
            } else {
                isNegative = true
                fragment = image.zone(node.zone).negative
            }
        } else {
            let zone = PlainAnswer.zoneWithout(name, query.labelCount, image)
            guard zone >= 0 else { return 0 }
            rcode = .nameError
            fragment = image.zone(zone).negative
        }
        let start = query.questionEnd
        let bytes = fragment.totalBytes
        guard bytes <= limit(isTCP: isTCP, image) &- start else { return 0 }
        // The question comes back bit for bit; the header is written over later.
        out.copy(packet.slice(0, start), at: 0)
        out.copy(fragment.body, at: start)
        if query.nameBytes != fragment.ownerBytes { move(fragment) }
        if rcode == .noError {
            counters.add(.noError)
            if isNegative { counters.add(.noData) }
        } else {
            counters.add(.nameError)
        }
        return query.finish(
            out, start &+ bytes, rcode: rcode, fragment.answerRecords, fragment.authorityRecords,
            fragment.additionalRecords, udpBytes: image.udpBytes)
    }

    /// Where records must end so that the OPT still fits.
    @inline(__always)
    private func limit(isTCP: Bool, _ image: ServingImage) -> Int {
        let room =
            isTCP
            ? Header.maximumBytes
            : query.hasEDNS
                ? min(query.udpPayloadBytes, image.udpBytesWithoutCookie) : Header.plainUDPBytes
        return min(room, out.count) &- (query.hasEDNS ? ResponseWriter.optBytes : 0)
    }

    /// Lets the pointers of a copied fragment follow to where a longer question has moved what they point to.
    @inline(__always)
    private func move(_ fragment: FragmentView) {
        let shift = UInt16(truncatingIfNeeded: query.nameBytes &- fragment.ownerBytes)
        let body = fragment.body
        for index in 0..<fragment.fixupCount {
            let position = fragment.fixup(index)
            out.put(body.u16(position) &+ shift, at: query.questionEnd &+ position)
        }
    }

    /// Writes the addresses that a policy picks, if it does not look at the client, and if there is nothing else to
    /// say about them.
    @inline(__always)
    private func writeAddresses(
        _ steered: SteeredView, isTCP: Bool, image: ServingImage, verdicts: VerdictTable,
        counters: CounterPage, state: inout AnsweringState
    ) -> Int {
        guard !steered.looks else { return 0 }
        let random = state.random
        var writer = ResponseWriter(into: out)
        writer.limit = limit(isTCP: isTCP, image)
        writer.length = query.questionEnd
        let answered = state.policies.answer(
            steered.offset, v4: query.type == .a, branch: 0, identity: image.identity,
            epoch: verdicts.epoch, owner: UInt16(0xC000 | Header.bytes), into: &writer,
            random: &state.random)
        guard case .addresses = answered, !writer.isTruncated else {
            state.random = random
            return 0
        }
        out.copy(packet.slice(0, query.questionEnd), at: 0)
        counters.add(.noError)
        counters.add(.steered)
        return query.finish(
            out, writer.length, rcode: .noError, writer.answerRecords, 0, 0,
            udpBytes: image.udpBytes)
    }

    /// The zone that says that there is no such name; -1 where it is in none, or there is another answer.
    @inline(never)
    private static func zoneWithout(_ name: ByteView, _ labels: Int, _ image: ServingImage) -> Int {
        // A name with more labels than any in the table cannot be in it.
        var surplus = labels &- image.maximumLabels
        var suffix = name
        // Ends: each round drops a label, and the root is the last.
        while suffix.count > 1 {
            let dropped = 1 &+ Int(suffix.byte(0))
            suffix = suffix.slice(dropped, suffix.count &- dropped)
            surplus &-= 1
            if surplus > 0 { continue }
            if let encloser = image.find(suffix, hash: NameHash.hash(suffix)) {
                let isPlain =
                    encloser.cut == 0 && !encloser.hasDNAME && encloser.wildcard == 0
                return isPlain ? encloser.zone : -1
            }
        }
        return -1
    }
}
