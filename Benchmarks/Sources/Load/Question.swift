/// What one question asks, and what its right answer holds.
package struct Question: Equatable, Sendable {
    /// Without the dot at its end.
    package var name: String
    package var type: RecordType
    package var expectation: Expectation
    /// The first address of the IPv4 network of 24 bits that the query tells of its client (RFC 7871).
    package var subnet: UInt32?

    package init(
        _ name: String, _ type: RecordType, _ expectation: Expectation, subnet: UInt32? = nil
    ) {
        self.name = name
        self.type = type
        self.expectation = expectation
        self.subnet = subnet
    }
}

/// The types that are asked for.
package enum RecordType: UInt16, Sendable {
    case a = 1
    case aaaa = 28
}

/// What a right answer looks like.
///
/// Addresses are a range of 32-bit numbers: an A record's own, or the last 32 bits of an AAAA record
/// in 2001:db8::/96.
package enum Expectation: Equatable, Sendable {
    /// NOERROR with so many records of the type asked for, each with an address in the range.
    case addresses(from: UInt32, count: UInt32, answers: Int)
    /// NXDOMAIN with a SOA record (RFC 2308 §2.1).
    case nameError
    /// Any response to the question: for the empty responder, which looks nothing up.
    case anything
}

/// DNS messages of one question, with an EDNS OPT record of 1232 bytes (RFC 6891).
package enum QueryMessage {
    /// The length of a header (RFC 1035 §4.1.1).
    package static let headerBytes = 12
    /// Where the OPT record begins, which ends the message.
    static func questionEnd(_ message: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var offset = headerBytes
        while offset < message.count, message[offset] != 0 { offset += 1 + Int(message[offset]) }
        return min(offset + 5, message.count)
    }

    /// Writes a whole message with ID 0.
    ///
    /// - Precondition: the name is a valid one; names come from `Dataset` alone.
    package static func bytes(_ question: Question) -> [UInt8] {
        var bytes: [UInt8] = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]
        for label in question.name.split(separator: ".") {
            precondition(label.utf8.count <= 63, "a label has 63 bytes at most (RFC 1035 §2.3.4)")
            bytes.append(UInt8(label.utf8.count))
            bytes += label.utf8
        }
        bytes.append(0)
        precondition(bytes.count - headerBytes <= 255, "a name has 255 bytes at most")
        bytes += [0, UInt8(question.type.rawValue), 0, 1]
        bytes += [0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0]
        guard let subnet = question.subnet else { return bytes + [0, 0] }
        // Option 8 of seven bytes: IPv4, 24 bits, scope 0, and the bytes of the network.
        bytes += [0, 11, 0, 8, 0, 7, 0, 1, 24, 0]
        bytes += [UInt8(subnet >> 24), UInt8(subnet >> 16 & 255), UInt8(subnet >> 8 & 255)]
        return bytes
    }
}
