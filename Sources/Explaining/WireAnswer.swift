import Answering
package import DNSWire
package import Serving
import Steering

/// A response that the query path really gave, as far as an explanation needs it.
package struct WireAnswer {
    package let rcode: RCode
    package let isAuthoritative: Bool
    package let isTruncated: Bool
    /// Type, TTL in seconds and data of each record of the answer section, in order.
    package let answers: [(type: RRType, ttl: UInt32, data: [UInt8])]
    /// TTL of the SOA of a negative answer; nil: there is none.
    package let negativeTTL: UInt32?
    /// SCOPE PREFIX-LENGTH (RFC 7871); nil: none was sent.
    package let scope: UInt8?
    /// INFO-CODE and EXTRA-TEXT (RFC 8914).
    package let extendedError: (code: UInt16, text: String)?
    package let bytes: Int

    /// How long what the chain ends with may be kept: its last record, or that there is none (RFC 2308 §5).
    package var ttl: UInt32? { negativeTTL ?? answers.last?.ttl }

    /// The addresses of the last name of the chain.
    package var addresses: [IPAddress] {
        answers.compactMap {
            $0.type == .a || $0.type == .aaaa ? IPAddress(bytes: $0.data) : nil
        }
    }
}

/// Asks the function that answers queries, with an image and verdicts of one's choice.
package struct WireAsker: ~Copyable {
    private let image: ServingImage
    private let verdicts: VerdictTable
    private let memory: UnsafeMutableRawBufferPointer
    private var state: AnsweringState

    /// Never counted in: questions go over TCP, which is not limited.
    private static let rates = RateTable(seed: 0)

    package init(_ image: ServingImage, _ verdicts: VerdictTable, seed: UInt64) {
        self.image = image
        self.verdicts = verdicts
        memory = .allocate(byteCount: CounterPage.bytes + Header.maximumBytes, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        state = AnsweringState(random: RandomSource(seed: seed), rates: WireAsker.rates)
    }

    deinit { memory.deallocate() }

    /// The response to one question over TCP, so that all records are in it.
    ///
    /// - Parameters:
    ///   - client: where the query comes from.
    ///   - subnet: what its resolver tells of the client; nil: nothing.
    /// - Returns: nil where the response cannot be read, or there is none.
    package mutating func ask(
        _ name: Name, _ type: RRType, from client: ClientAddress, subnet: IPNetwork?
    ) -> WireAnswer? {
        let packet = WireAsker.packet(name, type, subnet)
        guard let base = memory.baseAddress else { return nil }
        let output = UnsafeMutableRawBufferPointer(
            start: base + CounterPage.bytes, count: Header.maximumBytes)
        let counters = CounterPage(base)
        let length = packet.withUnsafeBytes { bytes in
            answer(
                ByteView(bytes), into: ByteSink(output), from: client, over: .tcp, at: 0,
                image: image, verdicts: verdicts, counters: counters, state: &state)
        }
        return WireReader(Array(output[..<length])).answer()
    }

    private static func packet(_ name: Name, _ type: RRType, _ subnet: IPNetwork?) -> [UInt8] {
        var bytes: [UInt8] = []
        func append(_ value: UInt16) {
            bytes += [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)]
        }
        for word in [0, 0, 1, 0, 0, 1] as [UInt16] { append(word) }
        bytes += name.wire
        append(type.rawValue)
        append(RRClass.in)
        bytes.append(0)
        append(RRType.opt.rawValue)
        append(UInt16(Header.maximumBytes))
        bytes += [0, 0, 0, 0]
        guard let subnet else {
            append(0)
            return bytes
        }
        let address = subnet.address.bytes.prefix((subnet.prefixLength + 7) / 8)
        append(UInt16(8 + address.count))
        append(8)
        append(UInt16(4 + address.count))
        append(subnet.address.isV4 ? 1 : 2)
        bytes += [UInt8(clamping: subnet.prefixLength), 0] + address
        return bytes
    }
}

/// Reads the responses that this server writes; nil for anything that is cut short.
private struct WireReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private struct Record {
        var type: RRType
        var ttl: UInt32
        var data: [UInt8]
    }

    consuming func answer() -> WireAnswer? {
        guard take(2) != nil, let flags = u16() else { return nil }
        let counts = (0..<4).compactMap { _ in u16().map(Int.init) }
        guard counts.count == 4, counts[0] <= 1 else { return nil }
        if counts[0] == 1 { guard skipName(), take(4) != nil else { return nil } }
        guard let answers = records(counts[1]), let authority = records(counts[2]),
            let additional = records(counts[3])
        else { return nil }
        let opt = additional.first { $0.type == .opt }
        var scope: UInt8?
        var extended: (code: UInt16, text: String)?
        for (code, data) in WireReader.options(opt?.data ?? []) {
            if code == 8, data.count >= 4 { scope = data[3] }
            if code == 15, data.count >= 2 {
                extended = (
                    UInt16(data[0]) << 8 | UInt16(data[1]),
                    String(decoding: data.dropFirst(2), as: UTF8.self)
                )
            }
        }
        return WireAnswer(
            rcode: RCode(rawValue: flags & 0xF | UInt16((opt?.ttl ?? 0) >> 24) << 4),
            isAuthoritative: flags & Header.authoritativeBit != 0,
            isTruncated: flags & Header.truncatedBit != 0,
            answers: answers.map { ($0.type, $0.ttl, $0.data) },
            negativeTTL: authority.first { $0.type == .soa }?.ttl, scope: scope,
            extendedError: extended, bytes: bytes.count)
    }

    private static func options(_ data: [UInt8]) -> [(UInt16, [UInt8])] {
        var result: [(UInt16, [UInt8])] = []
        var offset = 0
        while offset + 4 <= data.count {
            let length = Int(data[offset + 2]) << 8 | Int(data[offset + 3])
            guard offset + 4 + length <= data.count else { break }
            result.append(
                (
                    UInt16(data[offset]) << 8 | UInt16(data[offset + 1]),
                    Array(data[offset + 4..<offset + 4 + length])
                ))
            offset += 4 + length
        }
        return result
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard offset + count <= bytes.count else { return nil }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    private mutating func u16() -> UInt16? {
        take(2).map { $0.reduce(0) { $0 << 8 | UInt16($1) } }
    }

    private mutating func skipName() -> Bool {
        // Each round takes a byte at least.
        while let length = take(1)?.first {
            if length == 0 { return true }
            if length >= 0xC0 { return take(1) != nil }
            guard take(Int(length)) != nil else { return false }
        }
        return false
    }

    private mutating func records(_ count: Int) -> [Record]? {
        var records: [Record] = []
        for _ in 0..<count {
            guard skipName(), let type = u16(), take(2) != nil, let ttl = take(4),
                let length = u16(), let data = take(Int(length))
            else { return nil }
            records.append(
                Record(
                    type: RRType(rawValue: type), ttl: ttl.reduce(0) { $0 << 8 | UInt32($1) },
                    data: Array(data)))
        }
        return records
    }
}
