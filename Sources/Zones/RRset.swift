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

    package func holds(_ type: RRType) -> Bool { contains { $0.type == type } }
}
