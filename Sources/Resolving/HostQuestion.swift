package import DNSWire

/// A question for the addresses of a name, one family of them.
package struct HostQuestion: Sendable, Hashable {
    package enum Family: Sendable, Hashable, CaseIterable {
        case v4
        case v6

        var type: RRType { self == .v4 ? .a : .aaaa }
        /// Bytes of an address.
        var bytes: Int { self == .v4 ? 4 : 16 }
    }

    /// Random, so that only who sees the question can answer it (RFC 5452 §9.1).
    package var id: UInt16
    package var name: Name
    package var family: Family

    package init(id: UInt16, name: Name, family: Family) {
        self.id = id
        self.name = name
        self.family = family
    }

    /// Largest response over UDP that is asked for: what needs no fragments.
    static let udpBytes: UInt16 = 1232

    /// The query: recursion desired, and an OPT for the size (RFC 6891 §6.1.2).
    package var message: [UInt8] {
        func pair(_ value: UInt16) -> [UInt8] {
            [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
        }
        let header = [id, Header.recursionDesiredBit, 1, 0, 0, 1].flatMap(pair)
        let question = name.wire + pair(family.type.rawValue) + pair(RRClass.in)
        let opt =
            [0] + pair(RRType.opt.rawValue) + pair(HostQuestion.udpBytes) + [0, 0, 0, 0] + pair(0)
        return header + question + opt
    }
}
