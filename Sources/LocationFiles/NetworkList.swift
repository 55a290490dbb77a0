import DNSWire
package import Geography
package import Zones

/// A file of operators' networks, as text: `NETWORK NAME` on each line, `#` before comments.
///
///     # offices
///     192.0.2.0/24     office-berlin
///     2001:db8::/48    office-berlin
///     198.51.100.7     build-server
///
/// A network without a length is one address. Networks may nest: the longest that holds an address counts.
package struct NetworkList: Sendable {
    /// In the order of the file.
    package let entries: [NetworkMap.Entry]
    /// The names, each once; an entry's value is a place here.
    package let names: [String]

    /// Largest file, in bytes: 8,388,608 lines of 32 bytes.
    package static let maximumBytes = 256 << 20
    /// Most networks of a file.
    package static let maximumNetworks = 4_194_304
    /// Longest line, in bytes.
    static let maximumLineBytes = 1024
    /// Longest name, in bytes.
    static let maximumNameBytes = 63

    /// Reads a list.
    ///
    /// - Throws: everything that is wrong with it, by line.
    package init(_ text: [UInt8], file: String) throws(Findings) {
        var reader = NetworkListReader(file: file)
        reader.read(text)
        guard !reader.findings.hasErrors else {
            throw Findings(reader.findings.sorted(first: file))
        }
        entries = reader.entries
        names = reader.names
    }

    /// Its networks as locations that have a name.
    package func locations() -> LocationMap {
        LocationMap(
            map: NetworkMap(networks: entries), locations: names.map { Location(network: $0) })
    }
}

/// Reads a list line by line.
private struct NetworkListReader {
    let file: String
    var findings = FindingList()
    var entries: [NetworkMap.Entry] = []
    var names: [String] = []
    private var numbers: [String: UInt32] = [:]
    /// Where each network was written.
    private var lines: [Network: Int] = [:]
    private var line = 0

    init(file: String) { self.file = file }

    mutating func read(_ text: [UInt8]) {
        guard text.count <= NetworkList.maximumBytes else {
            error("a list of networks has at most \(NetworkList.maximumBytes) bytes")
            return
        }
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
            line += 1
            guard entries.count < NetworkList.maximumNetworks else {
                error("a list has at most \(NetworkList.maximumNetworks) networks")
                return
            }
            readLine(text[start..<end])
            start = end + 1
        }
    }

    private mutating func readLine(_ text: ArraySlice<UInt8>) {
        guard text.count <= NetworkList.maximumLineBytes else {
            error("the line is longer than \(NetworkList.maximumLineBytes) bytes")
            return
        }
        let words = text.prefix { $0 != UInt8(ascii: "#") }.split {
            $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r")
        }
        if words.isEmpty { return }
        let column = words[0].startIndex - text.startIndex + 1
        guard words.count == 2 else {
            error("a line must be 'NETWORK NAME'", column)
            return
        }
        guard let network = readNetwork(words[0], column),
            let number = readName(words[1], words[1].startIndex - text.startIndex + 1)
        else { return }
        if let earlier = lines[network] {
            error("\(network) is also in line \(earlier)", column)
            return
        }
        lines[network] = line
        entries.append(NetworkMap.Entry(network, number))
    }

    private mutating func readNetwork(_ word: ArraySlice<UInt8>, _ column: Int) -> Network? {
        let parts = word.split(
            separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(decoding: parts[0], as: UTF8.self)) else {
            error(
                "'\(shown(word))' is not a network, such as 192.0.2.0/24 or 2001:db8::/48", column)
            return nil
        }
        let longest: UInt8 = address.isV4 ? 32 : 128
        var bits = longest
        if parts.count == 2 {
            guard let value = UInt8(decimal: parts[1]), value <= longest else {
                error(
                    "the prefix length of '\(shown(word))' must be a number from 0 to \(longest)",
                    column)
                return nil
            }
            bits = value
        }
        let network = Network(address, bits: bits)
        guard network.address == address else {
            error(
                "'\(shown(word))' has bits behind its prefix; \(network) is the network that holds it",
                column)
            return nil
        }
        guard !network.isEmbedded else {
            error(
                "clients in '\(shown(word))' are located by the IPv4 address inside theirs: write that",
                column)
            return nil
        }
        return network
    }

    private mutating func readName(_ word: ArraySlice<UInt8>, _ column: Int) -> UInt32? {
        let isName =
            word.count <= NetworkList.maximumNameBytes
            && word.allSatisfy {
                $0.isLetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    || $0 == UInt8(ascii: ".")
            }
        guard isName else {
            error(
                "'\(shown(word))' must be a name of letters, digits, '-', '_' and '.', at most "
                    + "\(NetworkList.maximumNameBytes) bytes", column)
            return nil
        }
        let name = String(decoding: word, as: UTF8.self)
        if let number = numbers[name] { return number }
        let number = UInt32(names.count)
        names.append(name)
        numbers[name] = number
        return number
    }

    private func shown(_ word: ArraySlice<UInt8>) -> String {
        String(decoding: word.prefix(60), as: UTF8.self)
    }

    private mutating func error(_ message: String, _ column: Int = 0) {
        findings.error(SourcePosition(file: file, line: line, column: column), message)
    }
}

extension UInt8 {
    var isLetterOrDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }

    /// One to three digits without a leading zero, up to 255.
    fileprivate init?(decimal digits: ArraySlice<UInt8>) {
        guard (1...3).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }),
            digits.count == 1 || digits.first != 48
        else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
        guard value <= 255 else { return nil }
        self = UInt8(value)
    }
}
