/// A slow and strict reader of messages, written from RFC 1035 alone, to check writers with.
struct ReferenceMessage {
    struct Record: Equatable {
        /// Labels in lower case.
        var owner: [[UInt8]]
        var type: UInt16
        var rrClass: UInt16
        var ttl: UInt32
        /// Names inside are expanded and in lower case.
        var data: [UInt8]
    }

    struct Malformed: Error {
        var reason: String
        var offset: Int
    }

    private(set) var id: UInt16 = 0
    private(set) var flags: UInt16 = 0
    private(set) var questions: [Record] = []
    /// Answer, authority, additional.
    private(set) var sections: [[Record]] = []
    /// Where compression pointers stand, and where they lead.
    private(set) var pointers: [Int: Int] = [:]
    private let bytes: [UInt8]
    private var offset = 0

    /// Reads a whole message; nothing may be left over.
    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        id = try u16()
        flags = try u16()
        let counts = [try u16(), try u16(), try u16(), try u16()]
        for _ in 0..<counts[0] {
            let owner = try name()
            questions.append(
                Record(owner: owner, type: try u16(), rrClass: try u16(), ttl: 0, data: []))
        }
        for count in counts.dropFirst() {
            sections.append(try (0..<count).map { _ in try record() })
        }
        guard offset == bytes.count else { throw malformed("bytes left over") }
    }

    /// Reads records that stand at `start`, up to the end.
    init(recordsIn bytes: [UInt8], from start: Int) throws {
        self.bytes = bytes
        offset = start
        var records: [Record] = []
        while offset < bytes.count { records.append(try record()) }
        sections = [records]
    }

    private func malformed(_ reason: String) -> Malformed {
        Malformed(reason: reason, offset: offset)
    }

    private mutating func u8() throws -> UInt8 {
        guard offset < bytes.count else { throw malformed("cut short") }
        offset += 1
        return bytes[offset - 1]
    }

    private mutating func u16() throws -> UInt16 { UInt16(try u8()) << 8 | UInt16(try u8()) }

    private mutating func name() throws -> [[UInt8]] {
        var labels: [[UInt8]] = []
        var resume: Int?
        while true {
            let start = offset
            let length = try u8()
            switch length >> 6 {
            case 0:
                if length == 0 {
                    if let resume { offset = resume }
                    return labels
                }
                labels.append(try (0..<length).map { _ in try u8() }.map(lowercased))
            case 3:
                let target = Int(length & 0x3F) << 8 | Int(try u8())
                guard target < start, target >= 12 else { throw malformed("pointer forward") }
                pointers[start] = target
                resume = resume ?? offset
                offset = target
            default: throw malformed("kind of label")
            }
        }
    }

    private func lowercased(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte }

    private mutating func record() throws -> Record {
        let owner = try name()
        let type = try u16()
        let rrClass = try u16()
        let ttl = UInt32(try u16()) << 16 | UInt32(try u16())
        let length = Int(try u16())
        let end = offset + length
        // Bytes before the first name, and how many names there are (RFC 1035 §3.3).
        let (prefix, names): (Int, Int) =
            switch type {
            case 2, 3, 4, 5, 7, 8, 9, 12: (0, 1)
            case 6, 14: (0, 2)
            case 15: (2, 1)
            default: (0, 0)
            }
        var data = try (0..<prefix).map { _ in try u8() }
        for _ in 0..<names {
            for label in try name() { data += [UInt8(label.count)] + label }
            data.append(0)
        }
        guard offset <= end else { throw malformed("data longer than said") }
        while offset < end { data.append(try u8()) }
        return Record(owner: owner, type: type, rrClass: rrClass, ttl: ttl, data: data)
    }
}
