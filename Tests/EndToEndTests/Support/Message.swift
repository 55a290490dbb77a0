/// The little of DNS messages that a load generator needs (RFC 1035 §4.1).
enum Message {
    static let addressType: UInt16 = 1

    /// A query without EDNS; the first two bytes are its number.
    static func query(_ name: String, type: UInt16) -> [UInt8] {
        var bytes: [UInt8] = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in name.split(separator: ".") {
            bytes.append(UInt8(truncatingIfNeeded: label.utf8.count))
            bytes += Array(label.utf8)
        }
        return bytes + [0, UInt8(type >> 8), UInt8(truncatingIfNeeded: type), 0, 1]
    }

    /// The same with an OPT that tells of a client in an IPv4 network of 24 bits, "192.0.2" (RFC 7871 §6).
    static func query(_ name: String, type: UInt16, subnet: String) -> [UInt8] {
        var bytes = query(name, type: type)
        bytes[11] = 1
        bytes += [0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 11, 0, 8, 0, 7, 0, 1, 24, 0]
        return bytes + subnet.split(separator: ".").map { UInt8($0) ?? 0 }
    }

    static func number(of message: [UInt8]) -> UInt16 { word(message, 0) }

    static func rcode(of message: [UInt8]) -> Int { Int(message[3] & 0x0F) }

    /// The IPv4 addresses in the answer section; nil when the message is broken.
    static func addresses(in message: [UInt8], count: Int) -> [UInt32]? {
        guard count >= 12, var offset = skipName(message, 12, count) else { return nil }
        offset += 4
        var addresses: [UInt32] = []
        for _ in 0..<word(message, 6) {
            guard let fields = skipName(message, offset, count), fields + 10 <= count else {
                return nil
            }
            let length = Int(word(message, fields + 8))
            let data = fields + 10
            guard data + length <= count else { return nil }
            if word(message, fields) == addressType, length == 4 {
                addresses.append(
                    UInt32(word(message, data)) << 16 | UInt32(word(message, data + 2)))
            }
            offset = data + length
        }
        return addresses
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt16 {
        UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
    }

    private static func skipName(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int? {
        var offset = start
        while offset < count {
            let length = Int(bytes[offset])
            if length == 0 { return offset + 1 }
            if length >= 0xC0 { return offset + 2 }
            offset += length + 1
        }
        return nil
    }
}
