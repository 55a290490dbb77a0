import DNSWire

/// Reads a response as a distrustful resolver would, with nothing of the server's own code.
struct ResponseAudit {
    private let response: UnsafeRawBufferPointer
    private let packet: [UInt8]
    private let transport: TransportProtocol

    private static let headerBytes = 12
    /// Most bytes of a response over UDP: without EDNS (RFC 1035 §4.2.1), and what the server is set to.
    private static let plainBytes = 512
    private static let largestBytes = 1232
    private static let optType = 41

    /// - Parameters:
    ///   - response: valid for as long as the audit is used.
    ///   - packet: what was sent to the server.
    init(_ response: UnsafeRawBufferPointer, to packet: [UInt8], over transport: TransportProtocol)
    {
        self.response = response
        self.packet = packet
        self.transport = transport
    }

    /// What is wrong; nil if nothing is.
    var complaint: String? {
        if packet.count < ResponseAudit.headerBytes || packet[2] & 0x80 != 0 {
            return response.isEmpty ? nil : "what is no query was answered"
        }
        guard !response.isEmpty else { return nil }
        guard response.count >= ResponseAudit.headerBytes else { return "no whole header" }
        guard response[0] == packet[0], response[1] == packet[1] else { return "another id" }
        guard response[2] & 0x80 != 0 else { return "not a response" }
        guard response[2] & 0x78 == packet[2] & 0x78 else { return "another opcode" }
        guard response[3] & 0xC0 == 0 else { return "RA or Z is set" }
        return bodyComplaint
    }

    private var bodyComplaint: String? {
        var offset = ResponseAudit.headerBytes
        guard word(4) <= 1 else { return "several questions" }
        if word(4) == 1 {
            guard let end = nameEnd(offset), end + 4 <= response.count else { return "no question" }
            offset = end + 4
            guard offset <= packet.count else { return "a question that was not asked" }
            for index in ResponseAudit.headerBytes..<offset where response[index] != packet[index] {
                return "the question differs at byte \(index)"
            }
        }
        var options = 0
        for section in 0..<3 {
            for _ in 0..<word(6 + 2 * section) {
                guard let name = nameEnd(offset), name + 10 <= response.count else {
                    return "section \(section) ends inside a record, at byte \(offset)"
                }
                if word(name) == ResponseAudit.optType {
                    guard section == 2, name == offset + 1 else { return "a misplaced OPT" }
                    options += 1
                    guard optionsFit(name + 10, word(name + 8)) else { return "broken options" }
                }
                offset = name + 10 + word(name + 8)
                guard offset <= response.count else { return "data longer than the response" }
            }
        }
        guard offset == response.count else { return "bytes behind the last record" }
        guard options <= 1 else { return "\(options) OPTs" }
        return sizeComplaint(hasOPT: options == 1)
    }

    private func sizeComplaint(hasOPT: Bool) -> String? {
        guard case .udp = transport else {
            // Nothing that is served comes near 65,535 bytes.
            return response[2] & 0x02 == 0 ? nil : "truncated over TCP"
        }
        let limit = hasOPT ? ResponseAudit.largestBytes : ResponseAudit.plainBytes
        return response.count <= limit ? nil : "\(response.count) bytes over UDP"
    }

    private func word(_ offset: Int) -> Int {
        Int(response[offset]) << 8 | Int(response[offset + 1])
    }

    private func optionsFit(_ start: Int, _ count: Int) -> Bool {
        guard start + count <= response.count else { return false }
        var offset = start
        while offset + 4 <= start + count { offset += 4 + word(offset + 2) }
        return offset == start + count
    }

    /// Where the name at `start` ends; nil when it is no name, or its pointers do not go backwards.
    private func nameEnd(_ start: Int) -> Int? {
        var offset = start
        var end: Int?
        var bytes = 0
        var lowest = start
        while offset < response.count {
            let length = Int(response[offset])
            if length == 0 { return bytes < 255 ? end ?? offset + 1 : nil }
            if length >= 0xC0 {
                guard offset + 2 <= response.count else { return nil }
                let target = word(offset) & 0x3FFF
                guard target >= ResponseAudit.headerBytes, target < lowest else { return nil }
                end = end ?? offset + 2
                lowest = target
                offset = target
            } else {
                guard length <= 63 else { return nil }
                bytes += 1 + length
                offset += 1 + length
            }
        }
        return nil
    }
}
