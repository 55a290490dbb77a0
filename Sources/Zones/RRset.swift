package import DNSWire

/// All records of one owner and type (RFC 2181 §5).
package struct RRset: Sendable, Hashable {
    package var type: RRType
    /// Seconds; the lowest of the records' where a file gives several (RFC 2181 §5.2).
    package var ttl: UInt32
    /// Uncompressed wire form, no duplicates, in the order of the file.
    package var rdatas: [[UInt8]]
    /// Where the first record stands.
    package var position: SourcePosition

    package init(type: RRType, ttl: UInt32, rdatas: [[UInt8]], position: SourcePosition) {
        self.type = type
        self.ttl = ttl
        self.rdatas = rdatas
        self.position = position
    }

    /// The names that the records point at, for types whose rdata holds just one name.
    package var targets: [Name] {
        guard let layout = RdataLayout(of: type) else { return [] }
        return rdatas.compactMap { layout.target(in: $0) }
    }
}

extension [RRset] {
    /// The RRset of one type among those of an owner.
    package func first(of type: RRType) -> RRset? { first { $0.type == type } }

    /// The RRset that takes the fewest bytes in an answer: what ANY gets (RFC 8482 §4.1).
    ///
    /// Of two alike it is the one with the lower type. Signatures, of use to nobody alone, come last.
    package var smallest: RRset? {
        func bytes(_ set: RRset) -> Int { set.rdatas.reduce(0) { $0 + 12 + $1.count } }
        return self.min { a, b in
            let (aIsLast, bIsLast) = (a.type == .rrsig, b.type == .rrsig)
            if aIsLast != bIsLast { return bIsLast }
            return (bytes(a), a.type.rawValue) < (bytes(b), b.type.rawValue)
        }
    }

    package func holds(_ type: RRType) -> Bool { contains { $0.type == type } }
}
