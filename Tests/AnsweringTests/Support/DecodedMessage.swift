import DNSWire

/// A response taken apart by the plainest code that can do it, so that it may judge the writer's.
struct DecodedMessage {
    struct Record: Hashable {
        var owner: Name
        var type: RRType
        var rrClass: UInt16
        var ttl: UInt32
        /// Names in it spelled out.
        var rdata: [UInt8]
    }

    struct Malformed: Error {
        var reason: String
    }

    let id: UInt16
    let flags: UInt16
    private(set) var question: (name: Name, type: RRType, rrClass: UInt16)?
    private(set) var answer: [Record] = []
    private(set) var authority: [Record] = []
    private(set) var additional: [Record] = []
    /// The OPT, which is not among `additional`.
    private(set) var opt: Record?

    var isResponse: Bool { flags & Header.responseBit != 0 }
    var isAuthoritative: Bool { flags & Header.authoritativeBit != 0 }
    var isTruncated: Bool { flags & Header.truncatedBit != 0 }
    /// With the upper bits from the OPT (RFC 6891 §6.1.3).
    var rcode: RCode {
        RCode(rawValue: flags & 0xF | UInt16((opt?.ttl ?? 0) >> 24) << 4)
    }

    init(_ bytes: [UInt8]) throws {
        var reader = Reader(bytes: bytes)
        id = try reader.u16()
        flags = try reader.u16()
        let counts = try (0..<4).map { _ in Int(try reader.u16()) }
        guard counts[0] <= 1 else { throw Malformed(reason: "\(counts[0]) questions") }
        if counts[0] == 1 {
            question = (
                try reader.name(), RRType(rawValue: try reader.u16()), try reader.u16()
            )
        }
        answer = try reader.records(counts[1])
        authority = try reader.records(counts[2])
        additional = try reader.records(counts[3])
        guard reader.offset == bytes.count else {
            throw Malformed(reason: "\(bytes.count - reader.offset) bytes behind the last record")
        }
        let options = additional.filter { $0.type == .opt }
        guard options.count <= 1 else { throw Malformed(reason: "\(options.count) OPT records") }
        opt = options.first
        additional.removeAll { $0.type == .opt }
    }

    private struct Reader {
        let bytes: [UInt8]
        var offset = 0

        mutating func take(_ count: Int) throws -> [UInt8] {
            guard offset + count <= bytes.count else { throw Malformed(reason: "cut short") }
            defer { offset += count }
            return Array(bytes[offset..<offset + count])
        }

        mutating func u16() throws -> UInt16 { try take(2).reduce(0) { $0 << 8 | UInt16($1) } }

        mutating func u32() throws -> UInt32 { try take(4).reduce(0) { $0 << 8 | UInt32($1) } }

        /// Reads a name and follows its pointers, each of which must go back.
        mutating func name() throws -> Name {
            var wire: [UInt8] = []
            var after: Int?
            var limit = offset
            while true {
                let length = Int(try take(1)[0])
                if length >= 0xC0 {
                    let low = Int(try take(1)[0])
                    after = after ?? offset
                    offset = (length & 0x3F) << 8 | low
                    guard offset < limit else { throw Malformed(reason: "a pointer goes ahead") }
                    limit = offset
                    continue
                }
                wire.append(UInt8(length))
                if length == 0 { break }
                wire += try take(length)
                guard wire.count <= Name.maximumBytes else { throw NameError.nameTooLong }
            }
            offset = after ?? offset
            return try Name(wire: wire)
        }

        mutating func records(_ count: Int) throws -> [Record] {
            try (0..<count).map { _ in try record() }
        }

        mutating func record() throws -> Record {
            let owner = try name()
            let type = RRType(rawValue: try u16())
            let rrClass = try u16()
            let ttl = try u32()
            let end = Int(try u16()) + offset
            let layout = CompressibleNames(type)
            var rdata = try take(layout.prefixBytes)
            for _ in 0..<layout.nameCount { rdata += try name().wire }
            guard end >= offset else { throw Malformed(reason: "names end behind the rdata") }
            rdata += try take(end - offset)
            return Record(owner: owner, type: type, rrClass: rrClass, ttl: ttl, rdata: rdata)
        }
    }
}
