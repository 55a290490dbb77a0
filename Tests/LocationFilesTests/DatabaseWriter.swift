import DNSWire
import Geography

/// Writes small databases in MaxMind's format, version 2.0.
struct DatabaseWriter {
    /// A value of the data section.
    indirect enum Value {
        case map([(String, Value)])
        case array([Value])
        case text(String)
        case double(Double)
        case u16(UInt16)
        case u32(UInt32)
        case u64(UInt64)

        /// What a city database has of a place.
        static func place(
            continent: String, country: String, subdivision: String? = nil,
            at location: (Double, Double)? = nil
        ) -> Value {
            var fields: [(String, Value)] = [
                ("continent", .map([("code", .text(continent)), ("geoname_id", .u32(7))])),
                (
                    "country",
                    .map([
                        ("names", .map([("en", .text("a name longer than 28 bytes: \(country)"))])),
                        ("iso_code", .text(country)),
                    ])
                ),
            ]
            if let subdivision {
                fields.append(
                    ("subdivisions", .array([.map([("iso_code", .text(subdivision))])])))
            }
            if let location {
                fields.append(
                    (
                        "location",
                        .map([
                            ("latitude", .double(location.0)), ("longitude", .double(location.1)),
                        ])
                    ))
            }
            return .map(fields)
        }
    }

    private enum Record {
        case empty
        case node(Int)
        case data(Int)
    }

    private let ipVersion: Int
    private let recordBits: Int
    private var nodes: [(Record, Record)] = [(.empty, .empty)]
    private var data: [UInt8] = []

    /// - Parameter recordBits: 24, 28 or 32.
    init(ipVersion: Int = 6, recordBits: Int = 28) {
        self.ipVersion = ipVersion
        self.recordBits = recordBits
    }

    /// Writes a value and returns where it is, for networks that share it.
    mutating func store(_ value: Value) -> Int {
        let place = data.count
        data += Self.encode(value)
        return place
    }

    /// Gives a network, which holds no other, a value that was stored.
    mutating func add(_ text: String, _ place: Int) throws {
        let network = try Network(text: text)
        let isBelow = network.isV4 && ipVersion == 6
        let bits = Int(network.bits) + (isBelow ? 96 : 0)
        set(isBelow ? network.start >> 96 : network.start, bits, .data(place))
    }

    /// Makes a range of IPv6 stand for IPv4, as databases do for 2002::/16 and others.
    mutating func alias(_ text: String) throws {
        var node = 0
        for _ in 0..<96 { node = below(node, false) }
        let network = try Network(text: text)
        set(network.start, Int(network.bits), .node(node))
    }

    /// Makes a network lead to a node of any number.
    mutating func link(_ text: String, toNode node: Int) throws {
        let network = try Network(text: text)
        set(network.start, Int(network.bits), .node(node))
    }

    private mutating func set(_ start: UInt128, _ bits: Int, _ record: Record) {
        var node = 0
        for depth in 0..<bits {
            let side = start >> UInt128(127 - depth) & 1 == 1
            if depth == bits - 1 {
                if side { nodes[node].1 = record } else { nodes[node].0 = record }
            } else {
                node = below(node, side)
            }
        }
    }

    private mutating func below(_ node: Int, _ side: Bool) -> Int {
        if case .node(let next) = side ? nodes[node].1 : nodes[node].0 { return next }
        nodes.append((.empty, .empty))
        let next = nodes.count - 1
        if side { nodes[node].1 = .node(next) } else { nodes[node].0 = .node(next) }
        return next
    }

    /// The whole file.
    func bytes(type: String = "Test-City") -> [UInt8] {
        var file: [UInt8] = []
        for (left, right) in nodes {
            let (left, right) = (number(left), number(right))
            switch recordBits {
            case 24: file += big(left, 3) + big(right, 3)
            case 28:
                file += big(left & 0xFF_FFFF, 3)
                file.append(UInt8((left >> 24) << 4 | right >> 24))
                file += big(right & 0xFF_FFFF, 3)
            default: file += big(left, 4) + big(right, 4)
            }
        }
        file += [UInt8](repeating: 0, count: 16) + data
        file += [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
        file += Self.encode(
            .map([
                ("node_count", .u32(UInt32(nodes.count))),
                ("record_size", .u16(UInt16(recordBits))),
                ("ip_version", .u16(UInt16(ipVersion))), ("database_type", .text(type)),
                ("languages", .array([.text("en")])), ("binary_format_major_version", .u16(2)),
                ("binary_format_minor_version", .u16(0)), ("build_epoch", .u64(1_700_000_000)),
                ("description", .map([("en", .text("test"))])),
            ]))
        return file
    }

    private func number(_ record: Record) -> Int {
        switch record {
        case .empty: nodes.count
        case .node(let node): node
        case .data(let place): nodes.count + 16 + place
        }
    }

    private func big(_ value: Int, _ bytes: Int) -> [UInt8] { Self.big(UInt64(value), bytes) }

    private static func big(_ value: UInt64, _ bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (bytes - 1 - $0))) }
    }

    private static func encode(_ value: Value) -> [UInt8] {
        switch value {
        case .map(let fields):
            head(7, fields.count) + fields.flatMap { encode(.text($0.0)) + encode($0.1) }
        case .array(let values): head(11, values.count) + values.flatMap(encode)
        case .text(let text): head(2, text.utf8.count) + Array(text.utf8)
        case .double(let number): head(3, 8) + big(number.bitPattern, 8)
        case .u16(let number): head(5, 2) + big(UInt64(number), 2)
        case .u32(let number): head(6, 4) + big(UInt64(number), 4)
        case .u64(let number): head(9, 8) + big(number, 8)
        }
    }

    private static func head(_ type: UInt8, _ size: Int) -> [UInt8] {
        let bits = size < 29 ? UInt8(size) : 29
        let more = size < 29 ? [] : [UInt8(size - 29)]
        return (type < 8 ? [type << 5 | bits] : [bits, type - 7]) + more
    }
}

extension Network {
    init(text: String) throws {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let address = IPAddress(parts[0]), let bits = UInt8(parts[1]) else {
            throw NotANetwork(text: text)
        }
        self.init(address, bits: bits)
    }

    struct NotANetwork: Error { let text: String }
}
