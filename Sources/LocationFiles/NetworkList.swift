import DNSWire
package import Geography
package import Zones

/// A file of operators' networks, as text: `NETWORK NAME` on each line, `#` before comments.
///
///     # offices
///     192.0.2.0/24     office-berlin   52.5,13.4
///     2001:db8::/48    office-berlin
///     198.51.100.7     build-server
///
/// Degrees of latitude and longitude may follow the name, for `proximity`. A network without a length is one address. Networks may nest: the longest that holds an address counts.
package struct NetworkList: Sendable {
    /// In the order of the file.
    package let entries: [NetworkMap.Entry]
    /// Names with their coordinates, each once; an entry's value is a place here.
    package let places: [Location]
    /// The name of each of them.
    package var names: [String] { places.map { $0.network ?? "" } }

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
        places = reader.numbers.locations
    }

    /// Its networks as locations that have a name.
    package func locations() -> LocationMap {
        LocationMap(map: NetworkMap(networks: entries), locations: places)
    }
}

/// Reads a list line by line.
private struct NetworkListReader {
    let file: String
    var findings = FindingList()
    var entries: [NetworkMap.Entry] = []
    var numbers = LocationNumbers()
    /// Of a name without coordinates: most lines have one, and few are different.
    private var numbersByName: [String: UInt32] = [:]
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
        guard (2...3).contains(words.count) else {
            error("a line must be 'NETWORK NAME' or 'NETWORK NAME LATITUDE,LONGITUDE'", column)
            return
        }
        let network: Network
        switch Network.read(words[0]) {
        case .success(let read): network = read
        case .failure(let refusal):
            error(refusal.message, column)
            return
        }
        guard let name = readName(words[1], words[1].startIndex - text.startIndex + 1) else {
            return
        }
        let number: UInt32
        if words.count == 2 {
            number = numbersByName[name] ?? numbers[Location(network: name)]
            numbersByName[name] = number
        } else {
            guard let (latitude, longitude) = NetworkListReader.degrees(words[2]) else {
                error(
                    "'\(shown(words[2]))' must be degrees of latitude and longitude, as in 52.5,13.4",
                    words[2].startIndex - text.startIndex + 1)
                return
            }
            number = numbers[Location(network: name, latitude: latitude, longitude: longitude)]
        }
        if let earlier = lines[network] {
            error("\(network) is also in line \(earlier)", column)
            return
        }
        lines[network] = line
        entries.append(NetworkMap.Entry(network, number))
    }

    /// `52.5,13.4`: digits, a sign and a point, without an exponent.
    private static func degrees(
        _ word: ArraySlice<UInt8>
    ) -> (latitude: Double, longitude: Double)? {
        let parts = word.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard parts.count == 2, let latitude = Double(decimal: parts[0]),
            let longitude = Double(decimal: parts[1]), (-90...90).contains(latitude),
            (-180...180).contains(longitude)
        else { return nil }
        return (latitude, longitude)
    }

    private mutating func readName(_ word: ArraySlice<UInt8>, _ column: Int) -> String? {
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
        return String(decoding: word, as: UTF8.self)
    }

    private func shown(_ word: ArraySlice<UInt8>) -> String { word.shown }

    private mutating func error(_ message: String, _ column: Int = 0) {
        findings.error(SourcePosition(file: file, line: line, column: column), message)
    }
}
