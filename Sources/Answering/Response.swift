import DNSWire
import Health
import Serving

/// One response in the making, and one method for each outcome that a lookup can have.
///
/// Methods are `mutating` even where they change nothing: these work where the response lies, the others
/// get a copy of it.
struct Response {
    let image: ServingImage
    let verdicts: VerdictTable
    let counters: CounterPage
    var writer: ResponseWriter
    /// A compression pointer to the name that is being answered: the question, or a CNAME's target.
    var owner = UInt16(0xC000 | Header.bytes)
    /// CNAMEs and DNAMEs followed so far; prebuilt records fit as they are only while it is 0.
    var chainLength = 0
    var isNegative = false
    var isReferral = false
    /// What answers: the number of a zone when negative, else the offset of a node; for limits.
    var source = 0
    /// The EDNS options that the response carries; none unless set.
    var options = ResponseOptions()
    /// Who asks; nobody unless set.
    var client = ClientAddress(v4: 0)
    /// Bits of the client subnet that decided the answer; 0: it is the same for everybody.
    var scopeBits: UInt8 = 0
    /// Why the response is what it is; nil: it speaks for itself.
    var extendedError: ExtendedError?
    var query = Query()

    /// Longest chain of CNAMEs and DNAMEs followed, so that every answer ends; `AnsweringState` has as
    /// much room.
    static let maximumChain = 8

    init(
        into out: ByteSink, image: ServingImage, verdicts: VerdictTable, counters: CounterPage
    ) {
        self.image = image
        self.verdicts = verdicts
        self.counters = counters
        writer = ResponseWriter(into: out)
    }

    /// Answers the question, following CNAMEs and DNAMEs as far as this server has their targets.
    mutating func answerQuestion(_ name: ByteView, _ state: inout AnsweringState) {
        state.key.set(name)
        while true {
            let alias: NodeView
            let target: ByteView?
            let exact = image.find(state.key.name)
            // Most questions are for a name with data of its own.
            if let exact, exact.cut == 0, query.type != .ds {
                writer.isAuthoritative = true
                source = exact.offset
                guard let next = answerName(exact, &state) else { return }
                guard follow(next, from: exact, &state) else { return }
                continue
            }
            switch locate(state.key, exact) {
            case .foreign:
                // A chain that leaves our zones ends well; a question about them is not ours to answer.
                if chainLength == 0 { writer.rcode = .refused }
                return
            case .referral(let cut):
                source = cut.offset
                answerReferral(cut)
                return
            case .nameError(let zone):
                answerNameError(zone)
                return
            case .redirect(let node):
                alias = node
                target = answerRedirect(node, &state)
            case .name(let node):
                writer.isAuthoritative = true
                alias = node
                source = node.offset
                target = answerName(node, &state)
            }
            guard let target, follow(target, from: alias, &state) else { return }
        }
    }

    /// Goes on with the target of an alias; false where the chain is too long, or has been there.
    private mutating func follow(
        _ target: ByteView, from alias: NodeView, _ state: inout AnsweringState
    ) -> Bool {
        guard chainLength < Response.maximumChain else { return false }
        state.aliases[chainLength] = alias.offset
        state.aliasNames[chainLength] = NameHash.spelledHash(state.key.name)
        chainLength += 1
        state.key.set(target)
        return !isLoop(state)
    }

    /// Whether the chain has been at this name: what follows is in the answer already.
    ///
    /// Two names with the same 64 bits of hash would end a chain early, and do no other harm.
    private mutating func isLoop(_ state: borrowing AnsweringState) -> Bool {
        let name = NameHash.spelledHash(state.key.name)
        for index in 0..<chainLength where state.aliasNames[index] == name { return true }
        return false
    }

    /// Answers from one name; returns the name to go on with after a CNAME.
    private mutating func answerName(_ node: NodeView, _ state: inout AnsweringState) -> ByteView? {
        if node.hasCNAME, query.type != .cname, query.type != .any,
            let entry = node.entry(of: .cname)
        {
            return answerAlias(node, entry.fragment)
        }
        if query.type == .any, image.hasHINFOForAny, answerHINFO(node) { return nil }
        let entry = query.type == .any ? firstEntry(node) : node.entry(of: query.type)
        guard let entry else {
            answerNoData(node.zone)
            return nil
        }
        // A DNAME that led here is in the answer already.
        if entry.type == .dname, hasFollowed(node, state),
            state.key.name.equals(node.name)
        {
            return nil
        }
        if entry.isSteered {
            answerSteered(entry.steered, v4: entry.type == .a, zone: node.zone, &state)
        } else {
            append(entry.fragment, of: node)
        }
        return nil
    }

    /// One RRset stands for all of them (RFC 8482 §4.1); which one, the compiler decided.
    private mutating func firstEntry(_ node: NodeView) -> EntryView? {
        node.entryCount == 0 ? nil : node.entry(0)
    }

    /// Answers ANY with a HINFO record made for it (RFC 8482 §4.2); false where there is a better answer.
    ///
    /// A name without data is NODATA, an alias answers with its CNAME, and a HINFO RRset that is really there
    /// must not be contradicted by one that resolvers would keep in its place.
    private mutating func answerHINFO(_ node: NodeView) -> Bool {
        guard node.entryCount > 0, !node.hasCNAME, node.entry(of: .hinfo) == nil else {
            return false
        }
        guard writer.appendHINFOForAny() else {
            writer.isTruncated = true
            return true
        }
        writer.answerRecords &+= 1
        return true
    }

    /// Answers a CNAME and returns its target (RFC 1034 §3.6.2).
    private mutating func answerAlias(_ node: NodeView, _ fragment: FragmentView) -> ByteView? {
        let start = writer.length
        guard append(fragment, of: node) else { return nil }
        // Its data begins behind owner, type, class, TTL and length; later owners point there.
        let data = start &+ 12
        guard data <= 0x3FFF else { return nil }
        owner = UInt16(0xC000 | data)
        return fragment.target
    }

    /// Refers to the servers of a zone below (RFC 1034 §4.2.1).
    private mutating func answerReferral(_ cut: NodeView) {
        isReferral = true
        if let entry = cut.entry(of: .ns) { append(entry.fragment, of: cut) }
    }

    /// The name exists, the type does not (RFC 2308 §2.2).
    ///
    /// - Parameter seconds: lowers how long resolvers keep it, for an absence that health decided.
    mutating func answerNoData(_ zone: Int, atMost seconds: UInt32 = .max) {
        isNegative = true
        let start = writer.length
        appendNegative(zone)
        guard seconds != .max, writer.length > start else { return }
        lowerTTL(ofRecordAt: start, to: seconds)
    }

    /// Lowers the TTL of a record that has been written, the SOA of a negative answer (RFC 2308 §5).
    private func lowerTTL(ofRecordAt start: Int, to seconds: UInt32) {
        let written = writer.out.view
        var offset = start
        for _ in 0..<Name.maximumBytes {
            let length = Int(written.byte(offset))
            offset &+= length >= 0xC0 ? 2 : 1 &+ length
            if length == 0 || length >= 0xC0 { break }
        }
        writer.out.put(min(written.u32(offset &+ 4), seconds), at: offset &+ 4)
    }

    /// Neither the name nor a wildcard exists (RFC 2308 §2.1).
    private mutating func answerNameError(_ zone: Int) {
        writer.isAuthoritative = true
        writer.rcode = .nameError
        isNegative = true
        appendNegative(zone)
    }

    private mutating func appendNegative(_ zone: Int) {
        source = zone
        let zone = image.zone(zone)
        append(zone.negative, of: zone.apex)
    }

    /// Counts the outcome and completes the message; returns its length.
    ///
    /// - Parameter packet: the query, whose key a refused signature names.
    mutating func finish(_ packet: ByteView) -> Int {
        switch writer.rcode {
        case .noError:
            counters.add(.noError)
            if isNegative { counters.add(.noData) }
        case .nameError: counters.add(.nameError)
        case .refused: counters.add(.refused)
        case .formatError: counters.add(.formatError)
        case .notImplemented: counters.add(.notImplemented)
        case .badVersion: counters.add(.badVersion)
        case .nameTooLong: counters.add(.nameTooLong)
        case .notAuthorized: counters.add(.notAuthorized)
        default: counters.add(.serverFailure)
        }
        if isReferral { counters.add(.referrals) }
        if writer.isTruncated { counters.add(.truncated) }
        if query.hasEDNS { writeOptions() }
        if writer.rcode == .notAuthorized, let signature = query.signature {
            writer.appendUnknownKey(signature, query, from: packet)
        }
        return writer.finish(query, udpBytes: image.udpBytes)
    }

    @inline(__always)
    private mutating func writeOptions() {
        writer.beginOPT(query, udpBytes: image.udpBytes)
        if options.bytes > 0 { options.write(to: &writer, scopeBits: scopeBits) }
        if writer.rcode == .refused, extendedError == nil {
            extendedError = query.opcode == .query ? .notAuthoritative : .queriesOnly
        }
        if let extendedError, image.hasExtendedErrors {
            writer.appendExtendedError(extendedError.code, text: extendedError.bytes)
        }
    }
}
