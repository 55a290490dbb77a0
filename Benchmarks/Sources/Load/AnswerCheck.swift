import Glibc

/// Reads a response as far as an expectation asks; on its own, so that it shares no mistake with the
/// server.
enum AnswerCheck {
    /// Longest name walked over, in labels (RFC 1035 §2.3.4), so that a damaged one ends.
    private static let maximumLabels = 128
    /// 2001:db8::/96, where all IPv6 addresses of the data lie (RFC 3849).
    private static let prefix: [UInt8] = [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0]

    static func isRight(
        _ response: UnsafeRawBufferPointer, question: UnsafeMutableBufferPointer<UInt8>,
        type: UInt8, expectation: Expectation
    ) -> Bool {
        var offset = QueryMessage.questionEnd(question)
        let asked = offset - QueryMessage.headerBytes
        guard response.count >= offset, let base = response.baseAddress,
            let own = question.baseAddress
        else { return false }
        // QR, opcode 0, no TC; one question, and it is ours.
        guard response[2] & 0xFA == 0x80, response[4] == 0, response[5] == 1,
            memcmp(
                base + QueryMessage.headerBytes, own + QueryMessage.headerBytes, asked) == 0
        else { return false }
        let rcode = response[3] & 0x0F
        switch expectation {
        case .anything: return true
        case .nameError:
            return rcode == 3 && number16(response, 6) == 0 && number16(response, 8) >= 1
        case .addresses(let first, let count, let answers):
            guard rcode == 0, response[2] & 0x04 != 0, number16(response, 6) == answers else {
                return false
            }
            for _ in 0..<answers {
                guard let address = address(response, at: &offset, type: type),
                    address &- first < count
                else { return false }
            }
            return true
        }
    }

    /// Reads one record: its address, or nil when it is not of the type asked for.
    private static func address(
        _ response: UnsafeRawBufferPointer, at offset: inout Int, type: UInt8
    ) -> UInt32? {
        guard skipName(response, at: &offset), offset + 10 <= response.count,
            number16(response, offset) == Int(type), number16(response, offset + 2) == 1
        else { return nil }
        let length = number16(response, offset + 8)
        offset += 10
        guard length == (type == 1 ? 4 : 16), offset + length <= response.count else { return nil }
        if length == 16 {
            for index in 0..<12 where response[offset + index] != prefix[index] { return nil }
        }
        offset += length
        return response.loadUnaligned(fromByteOffset: offset - 4, as: UInt32.self).bigEndian
    }

    private static func skipName(_ response: UnsafeRawBufferPointer, at offset: inout Int) -> Bool {
        for _ in 0..<maximumLabels {
            guard offset < response.count else { return false }
            let length = Int(response[offset])
            if length >= 0xC0 {
                offset += 2
                return true
            }
            offset += 1 + length
            if length == 0 { return true }
        }
        return false
    }

    private static func number16(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int {
        Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
    }

    /// The first address of a response, whatever it is; nil when there is none.
    static func firstAddress(_ response: UnsafeRawBufferPointer, questionEnd: Int) -> UInt32? {
        var offset = questionEnd
        guard response.count >= offset, number16(response, 6) > 0 else { return nil }
        return address(response, at: &offset, type: 1)
    }
}
