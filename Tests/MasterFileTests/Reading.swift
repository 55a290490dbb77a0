import DNSWire
import MasterFile
import Testing
import Zones

/// A text read as the file `test.zone` of `example.org.`.
func read(_ text: String) throws -> (records: [ResourceRecord], findings: [String]) {
    try read(Array(text.utf8))
}

func read(_ bytes: [UInt8]) throws -> (records: [ResourceRecord], findings: [String]) {
    let origin = try Name("example.org.")
    let (records, findings) = MasterFileReader.read(text: bytes, file: "test.zone", origin: origin)
    return (records, findings.sorted(first: "test.zone").map(\.description))
}

/// Records in short: owner, TTL, type and rdata in hexadecimal.
func summary(_ record: ResourceRecord) -> String {
    let hex = record.rdata.map { byte in
        String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    return "\(record.owner) \(record.ttl) \(record.type) \(hex.joined())"
}

/// Numbers that repeat: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
