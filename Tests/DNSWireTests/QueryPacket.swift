/// A query put together byte by byte, so that any part of it can be wrong.
struct QueryPacket {
    var id: UInt16 = 0x1234
    var flags: UInt16 = 0x0100
    var counts: [UInt16] = [1, 0, 0, 0]
    var questions = [QueryPacket.question()]
    /// Records of the other three sections, in order.
    var records: [[UInt8]] = []

    static let name: [UInt8] = [
        3, 87, 119, 119, 7, 101, 120, 97, 109, 112, 108, 101, 3, 79, 82, 71, 0,
    ]

    var bytes: [UInt8] {
        ([id, flags] + counts).flatMap(QueryPacket.u16) + questions.joined() + records.joined()
    }

    init(
        flags: UInt16 = 0x0100, counts: [UInt16] = [1, 0, 0, 0], question: [UInt8]? = nil,
        records: [[UInt8]] = []
    ) {
        self.flags = flags
        self.counts = counts
        if let question { questions = [question] }
        self.records = records
    }

    /// A query whose records are all in the additional section.
    init(additional: [[UInt8]]) {
        self.init(counts: [1, 0, 0, UInt16(additional.count)], records: additional)
    }

    static func u16(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }

    static func question(
        _ name: [UInt8] = QueryPacket.name, type: UInt16 = 1, class: UInt16 = 1
    ) -> [UInt8] { name + u16(type) + u16(`class`) }

    static func record(
        owner: [UInt8] = [0xC0, 12], type: UInt16 = 1, data: [UInt8] = [192, 0, 2, 1],
        length: Int? = nil
    ) -> [UInt8] {
        owner + u16(type) + u16(1) + [0, 0, 0, 60] + u16(UInt16(length ?? data.count)) + data
    }

    /// A TSIG record whose lengths can be wrong (RFC 8945 §4.2).
    static func tsig(
        owner: [UInt8] = [3, 107, 101, 121, 0], class: UInt16 = 255, ttl: UInt8 = 0,
        algorithm: [UInt8] = [6, 115, 104, 97, 50, 53, 54, 0],
        mac: [UInt8] = [UInt8](repeating: 0xAB, count: 32), macBytes: UInt16? = nil,
        other: [UInt8] = [], otherBytes: UInt16? = nil
    ) -> [UInt8] {
        let data =
            algorithm + [0, 0, 0x65, 0x53, 0xF1, 0, 1, 0x2C] + u16(macBytes ?? UInt16(mac.count))
            + mac + [0x12, 0x34, 0, 0] + u16(otherBytes ?? UInt16(other.count)) + other
        return owner + u16(250) + u16(`class`) + [0, 0, 0, ttl] + u16(UInt16(data.count)) + data
    }

    /// An OPT record (RFC 6891 §6.1.2).
    static func opt(
        owner: [UInt8] = [0], payload: UInt16 = 1232, extended: UInt8 = 0, version: UInt8 = 0,
        flags: UInt16 = 0, options: [UInt8] = [], length: Int? = nil
    ) -> [UInt8] {
        owner + u16(41) + u16(payload) + [extended, version] + u16(flags)
            + u16(UInt16(length ?? options.count)) + options
    }
}
