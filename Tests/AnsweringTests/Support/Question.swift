import DNSWire

/// A query as bytes: what a test asks.
struct Question {
    struct EDNS {
        var udpBytes: UInt16 = 1232
        var version: UInt8 = 0
        var dnssecOK = false
        /// Flags that mean nothing yet.
        var flags: UInt16 = 0
        /// Options as they go on the wire.
        var options: [UInt8] = []
    }

    var name: Name
    var type: RRType
    var rrClass = RRClass.in
    var id: UInt16 = 0x5354
    /// The header's second word: opcode and flags.
    var flags: UInt16 = 0
    var edns: EDNS?

    init(_ name: Name, _ type: RRType, edns: EDNS? = nil) {
        self.name = name
        self.type = type
        self.edns = edns
    }

    init(_ name: String, _ type: RRType, edns: EDNS? = nil) throws {
        self.init(try Name(name), type, edns: edns)
    }

    /// One message, without the length that TCP puts before it.
    var packet: [UInt8] {
        var bytes: [UInt8] = []
        for value in [id, flags, 1, 0, 0, edns == nil ? 0 : 1] { bytes.append(network: value) }
        bytes += name.wire
        bytes.append(network: type.rawValue)
        bytes.append(network: rrClass)
        if let edns {
            bytes.append(0)
            bytes.append(network: RRType.opt.rawValue)
            bytes.append(network: edns.udpBytes)
            bytes += [0, edns.version]
            bytes.append(network: edns.flags | (edns.dnssecOK ? 0x8000 : 0))
            bytes.append(network: UInt16(edns.options.count))
            bytes += edns.options
        }
        return bytes
    }
}

extension [UInt8] {
    mutating func append(network value: UInt16) {
        append(UInt8(value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }
}
