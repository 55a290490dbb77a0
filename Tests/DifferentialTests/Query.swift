/// A name as its labels, in the spelling in which it is asked.
struct QueryName: Hashable, CustomStringConvertible {
    var labels: [[UInt8]]

    init(labels: [[UInt8]]) { self.labels = labels }

    /// A name of plain characters.
    init(_ text: String) {
        labels = text.split(separator: ".").map { Array($0.utf8) }
    }

    /// An uncompressed name of a message.
    init(wire: [UInt8]) {
        labels = []
        var offset = 0
        while offset < wire.count, wire[offset] > 0 {
            let end = min(offset + 1 + Int(wire[offset]), wire.count)
            labels.append(Array(wire[offset + 1..<end]))
            offset = end
        }
    }

    var wire: [UInt8] {
        labels.flatMap { [UInt8(truncatingIfNeeded: $0.count)] + $0 } + [0]
    }

    /// Not longer than names may be (RFC 1035 §2.3.4).
    var isValid: Bool { wire.count <= 255 && labels.allSatisfy { (1...63).contains($0.count) } }

    var description: String {
        if labels.isEmpty { return "." }
        return labels.map { label in
            label.map { byte in
                switch byte {
                case UInt8(ascii: "."), UInt8(ascii: "\\"): return "\\\(UnicodeScalar(byte))"
                case 0x21...0x7E: return "\(UnicodeScalar(byte))"
                default:
                    let digits = String(byte)
                    return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
                }
            }.joined() + "."
        }.joined()
    }
}

/// One question with all that may change its answer.
struct Query: CustomStringConvertible {
    struct EDNS {
        /// The largest response taken, in bytes.
        var bytes: UInt16
        var wantsDNSSEC = false
    }

    var number: UInt16
    var name: QueryName
    var type: UInt16
    var edns: EDNS?
    var isRecursionDesired = false
    var isCheckingDisabled = false
    var isAuthenticData = false

    var wire: [UInt8] {
        var flags: UInt16 = 0
        if isRecursionDesired { flags |= 0x0100 }
        if isAuthenticData { flags |= 0x0020 }
        if isCheckingDisabled { flags |= 0x0010 }
        var bytes = number.bytes + flags.bytes + [0, 1, 0, 0, 0, 0, 0, edns == nil ? 0 : 1]
        bytes += question
        if let edns {
            bytes += [0, 0, 41] + edns.bytes.bytes
            bytes += [0, 0, edns.wantsDNSSEC ? 0x80 : 0, 0, 0, 0]
        }
        return bytes
    }

    /// The question section: name, type and class.
    var question: [UInt8] { name.wire + type.bytes + [0, 1] }

    /// Most bytes that a UDP response may have (RFC 6891 §6.2.5).
    var udpBytes: Int { min(max(Int(edns?.bytes ?? 512), 512), Trio.udpBytes) }

    var description: String {
        var text = "\(name) \(RecordTypes.name(of: type))"
        if let edns {
            text += " +bufsize=\(edns.bytes)" + (edns.wantsDNSSEC ? " +dnssec" : "")
        } else {
            text += " +noedns"
        }
        text += isRecursionDesired ? " +rd" : " +nord"
        if isAuthenticData { text += " +ad" }
        if isCheckingDisabled { text += " +cd" }
        return text
    }
}
