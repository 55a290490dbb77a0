import DNSWire

/// Reads a message that came from elsewhere, every step checked (RFC 1035 §4.1).
struct MessageReader {
    private let bytes: [UInt8]
    private(set) var offset = 0

    /// Compression pointers followed in one name; each leads backwards, so that it ends anyway.
    private static let maximumPointers = 128

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func u8() throws(MalformedMessage) -> UInt8 {
        guard offset < bytes.count else { throw .cutShort }
        offset += 1
        return bytes[offset - 1]
    }

    mutating func u16() throws(MalformedMessage) -> UInt16 {
        let high = try u8()
        return UInt16(high) << 8 | UInt16(try u8())
    }

    mutating func u32() throws(MalformedMessage) -> UInt32 {
        let high = try u16()
        return UInt32(high) << 16 | UInt32(try u16())
    }

    mutating func take(_ count: Int) throws(MalformedMessage) -> ArraySlice<UInt8> {
        guard count <= bytes.count - offset else { throw .cutShort }
        offset += count
        return bytes[offset - count..<offset]
    }

    /// A name with its compression undone (RFC 1035 §4.1.4); pointers must lead backwards.
    mutating func name() throws(MalformedMessage) -> Name {
        var wire: [UInt8] = []
        var place = offset
        var end: Int?
        var pointers = 0
        // Ends: each round adds to the name, which is bounded, or follows one of a few pointers.
        while true {
            guard place < bytes.count else { throw .cutShort }
            let length = Int(bytes[place])
            switch length & 0xC0 {
            case 0:
                guard place + 1 + length <= bytes.count else { throw .cutShort }
                wire += bytes[place..<place + 1 + length]
                guard wire.count <= Name.maximumBytes else { throw .badName }
                place += 1 + length
            case 0xC0:
                guard place + 1 < bytes.count else { throw .cutShort }
                let target = (length & 0x3F) << 8 | Int(bytes[place + 1])
                pointers += 1
                guard target < place, pointers <= MessageReader.maximumPointers else {
                    throw .badName
                }
                end = end ?? place + 2
                place = target
                continue
            default: throw .badName
            }
            if length == 0 { break }
        }
        offset = end ?? place
        do throws(NameError) {
            return try Name(wire: wire)
        } catch {
            throw .badName
        }
    }
}

/// Why bytes are no message.
enum MalformedMessage: Error {
    case cutShort
    case badName
}
