package import DNSWire

/// What came of asking one server one question.
package enum HostReply: Sendable, Hashable {
    /// Not the answer to this question: another id, another question, or no response at all.
    case foreign
    /// Cut short; it has to be asked for over TCP (RFC 7766 §5).
    case truncated
    /// Addresses of the family asked for, each once, in numerical order.
    ///
    /// - Parameters:
    ///   - ttl: seconds, the least of the addresses and the aliases that led to them.
    ///   - note: what was left out and why; nil: nothing.
    case addresses([IPAddress], ttl: UInt32, note: String?)
    /// The name has no addresses of this family (RFC 2308 §2.2).
    case noData
    /// There is no such name (RFC 2308 §2.1).
    case nameError
    /// Another server may do better.
    case failed(String)

    /// Most addresses of one family that count.
    package static let maximumAddresses = 16
    /// Aliases followed, so that a loop among them ends.
    static let maximumAliases = 16
    /// Records of the answer looked at.
    static let maximumRecords = 1000

    /// Reads a response, which nobody vouches for.
    package init(_ message: [UInt8], to question: HostQuestion) {
        do throws(MalformedMessage) {
            self = try HostReply.read(message, question)
        } catch {
            self = .failed("the answer is malformed")
        }
    }

    private static func read(
        _ message: [UInt8], _ question: HostQuestion
    ) throws(MalformedMessage) -> HostReply {
        var reader = MessageReader(message)
        guard message.count >= Header.bytes, try reader.u16() == question.id else {
            return .foreign
        }
        let flags = try reader.u16()
        let counts = [try reader.u16(), try reader.u16(), try reader.u16(), try reader.u16()]
        guard flags & Header.responseBit != 0, flags & Header.opcodeMask == 0 else {
            return .foreign
        }
        let code = RCode(rawValue: flags & 0xF)
        // Servers that cannot read a query may answer without its question.
        if counts[0] == 0, code != .noError, code != .nameError {
            return .failed(words(for: code))
        }
        guard counts[0] == 1, try reader.name() == question.name,
            try reader.u16() == question.family.type.rawValue, try reader.u16() == RRClass.in
        else { return .foreign }
        if flags & Header.truncatedBit != 0 { return .truncated }
        switch code {
        case .noError: break
        case .nameError: return .nameError
        default: return .failed(words(for: code))
        }
        return try records(Int(counts[1]), &reader, question)
    }

    /// What a response code means to people.
    private static func words(for code: RCode) -> String {
        switch code {
        case .formatError: "FORMERR"
        case .serverFailure: "SERVFAIL"
        case .notImplemented: "NOTIMP"
        case .refused: "REFUSED"
        default: "response code \(code.rawValue)"
        }
    }

    /// Follows aliases from the name asked for to its addresses.
    private static func records(
        _ count: Int, _ reader: inout MessageReader, _ question: HostQuestion
    ) throws(MalformedMessage) -> HostReply {
        var aliases: [Name: (target: Name, ttl: UInt32)] = [:]
        var found: [Name: (addresses: [IPAddress], ttl: UInt32)] = [:]
        for _ in 0..<min(count, maximumRecords) {
            let owner = try reader.name()
            let type = RRType(rawValue: try reader.u16())
            let kind = try reader.u16()
            let ttl = seconds(try reader.u32())
            let length = Int(try reader.u16())
            let start = reader.offset
            if kind == RRClass.in, type == .cname {
                let target = try reader.name()
                guard reader.offset == start + length else { throw .badName }
                if aliases[owner] == nil { aliases[owner] = (target, ttl) }
                continue
            }
            let data = try reader.take(length)
            guard kind == RRClass.in, type == question.family.type else { continue }
            guard length == question.family.bytes, let address = IPAddress(bytes: data) else {
                throw .cutShort
            }
            let known = found[owner] ?? ([], ttl)
            found[owner] = (known.addresses + [address], min(known.ttl, ttl))
        }
        var name = question.name
        var ttl = UInt32.max
        for _ in 0...maximumAliases {
            if let hit = found[name] { return usable(hit.addresses, min(ttl, hit.ttl)) }
            guard let alias = aliases[name] else { return .noData }
            ttl = min(ttl, alias.ttl)
            name = alias.target
        }
        return .failed("more than \(maximumAliases) aliases")
    }

    /// Leaves out what no client can be sent to.
    private static func usable(_ addresses: [IPAddress], _ ttl: UInt32) -> HostReply {
        var notes: [String] = []
        var good: Set<IPAddress> = []
        for address in addresses {
            if let reason = address.reasonAgainst {
                if notes.isEmpty { notes.append("\(address) is refused: it is \(reason)") }
            } else {
                good.insert(address)
            }
        }
        if good.isEmpty { return .failed(notes.first ?? "no addresses") }
        if good.count > maximumAddresses {
            notes.append(
                "\(good.count) addresses, of which the lowest \(maximumAddresses) are used")
        }
        let sorted = good.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        return .addresses(
            Array(sorted.prefix(maximumAddresses)), ttl: ttl,
            note: notes.isEmpty ? nil : notes.joined(separator: "; "))
    }

    /// A TTL with the top bit set is 0 (RFC 2181 §8).
    private static func seconds(_ ttl: UInt32) -> UInt32 { ttl > UInt32(Int32.max) ? 0 : ttl }
}

extension IPAddress {
    /// Why nobody can be sent here; nil: they can.
    ///
    /// Private addresses are as good as any.
    package var reasonAgainst: String? {
        switch self {
        case .v4(let value):
            if value >> 24 == 0 { return "unspecified" }
            if value >> 28 == 0xE { return "multicast" }
            return value == UInt32.max ? "broadcast" : nil
        case .v6(let high, let low):
            if high == 0, low == 0 { return "unspecified" }
            if high >> 56 == 0xFF { return "multicast" }
            // An IPv4 address inside (RFC 4291 §2.5.5.2).
            if high == 0, low >> 32 == 0xFFFF {
                return IPAddress.v4(UInt32(truncatingIfNeeded: low)).reasonAgainst
            }
            return nil
        }
    }
}
