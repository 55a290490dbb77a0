import DNSWire
import Geography

/// Why a word of a file is not what it should be.
struct WordRefusal: Error {
    let message: String

    init(_ message: String) { self.message = message }
}

extension Network {
    /// Reads `192.0.2.0/24`; an address alone is a network of one.
    static func read(_ word: ArraySlice<UInt8>) -> Result<Network, WordRefusal> {
        let parts = word.split(
            separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(decoding: parts[0], as: UTF8.self)) else {
            return .failure(
                WordRefusal(
                    "'\(word.shown)' is not a network, such as 192.0.2.0/24 or 2001:db8::/48"))
        }
        let longest: UInt8 = address.isV4 ? 32 : 128
        var bits = longest
        if parts.count == 2 {
            guard let value = UInt8(decimal: parts[1]), value <= longest else {
                return .failure(
                    WordRefusal(
                        "the prefix length of '\(word.shown)' must be a number from 0 to \(longest)"
                    ))
            }
            bits = value
        }
        let network = Network(address, bits: bits)
        guard network.address == address else {
            return .failure(
                WordRefusal(
                    "'\(word.shown)' has bits behind its prefix; \(network) is the network that "
                        + "holds it"))
        }
        guard !network.isEmbedded else {
            return .failure(
                WordRefusal(
                    "clients in '\(word.shown)' are located by the IPv4 address inside theirs: "
                        + "write that"))
        }
        return .success(network)
    }
}

extension ArraySlice<UInt8> {
    /// Its beginning, for messages.
    var shown: String { String(decoding: prefix(60), as: UTF8.self) }
}

extension UInt8 {
    var isLetterOrDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }

    /// One to three digits without a leading zero, up to 255.
    init?(decimal digits: ArraySlice<UInt8>) {
        guard (1...3).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }),
            digits.count == 1 || digits.first != 48
        else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
        guard value <= 255 else { return nil }
        self = UInt8(value)
    }
}

extension Double {
    /// Digits with a point among them perhaps, and a sign ahead perhaps; at most 20 bytes.
    init?(decimal word: ArraySlice<UInt8>) {
        let digits = word.first == UInt8(ascii: "-") ? word.dropFirst() : word
        guard (1...20).contains(digits.count),
            digits.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ".") }),
            let value = Double(String(decoding: word, as: UTF8.self))
        else { return nil }
        self = value
    }
}
