import DNSWire
import Geography
package import Zones

/// Reads a table of latencies: `CLIENT,PLACE,MILLISECONDS` on each line, `#` before comments.
///
///     client,place,milliseconds
///     192.0.2.0/24, us-east-1, 12.5
///     DE,           eu-west-1, 18
///     continent:NA, us-east-1, 40
///     default,      us-east-1, 120
///
/// A client is a network or what is a key of `geo`; a place is a cluster or a region. The first line may
/// name the columns.
package enum LatencyFile {
    /// Largest file, in bytes.
    package static let maximumBytes = 256 << 20
    /// Most rows of a file.
    package static let maximumRows = 4_194_304
    /// Most clusters and regions of a file.
    package static let maximumPlaces = 1000
    /// Longest line and longest place, in bytes.
    static let maximumLineBytes = 1024
    static let maximumPlaceBytes = 255
    /// Longest latency, in milliseconds: a minute.
    static let maximumMilliseconds = 60_000.0

    /// Reads a table.
    ///
    /// - Parameter hysteresis: see `LatencyTable`.
    /// - Throws: everything that is wrong with it, by line.
    package static func read(
        _ text: [UInt8], file: String, hysteresis: Double = LatencyTable.defaultHysteresis
    ) throws(Findings) -> LatencyTable {
        var reader = LatencyReader(file: file)
        reader.table.hysteresis = hysteresis
        reader.read(text)
        guard !reader.findings.hasErrors else {
            throw Findings(reader.findings.sorted(first: file))
        }
        return reader.table
    }
}

/// Reads a table line by line.
private struct LatencyReader {
    private struct Cell: Hashable {
        let client: ClientBranch.Key
        let place: UInt32
    }

    let file: String
    var findings = FindingList()
    var table = LatencyTable()
    private var placeNumbers: [String: UInt32] = [:]
    /// Where each measurement was written.
    private var lines: [Cell: Int] = [:]
    private var line = 0

    init(file: String) { self.file = file }

    mutating func read(_ text: [UInt8]) {
        guard text.count <= LatencyFile.maximumBytes else {
            error("a table of latencies has at most \(LatencyFile.maximumBytes) bytes")
            return
        }
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
            line += 1
            guard table.rows.count < LatencyFile.maximumRows else {
                error("a table has at most \(LatencyFile.maximumRows) rows")
                return
            }
            readLine(text[start..<end])
            start = end + 1
        }
        if table.rows.isEmpty, !findings.hasErrors { error("the table has no row") }
    }

    private mutating func readLine(_ text: ArraySlice<UInt8>) {
        guard text.count <= LatencyFile.maximumLineBytes else {
            error("the line is longer than \(LatencyFile.maximumLineBytes) bytes")
            return
        }
        let content = text.prefix { $0 != UInt8(ascii: "#") }.trimmed
        if content.isEmpty { return }
        let words = content.split(
            separator: UInt8(ascii: ","), omittingEmptySubsequences: false
        ).map(\.trimmed)
        func column(_ number: Int) -> Int { words[number].startIndex - text.startIndex + 1 }
        guard words.count == 3 else {
            error("a line must be 'CLIENT,PLACE,MILLISECONDS'", column(0))
            return
        }
        if table.rows.isEmpty, lines.isEmpty, isHead(words) { return }
        let client: ClientBranch.Key
        switch LatencyReader.client(words[0]) {
        case .success(let key): client = key
        case .failure(let refusal):
            error(refusal.message, column(0))
            return
        }
        guard let place = readPlace(words[1], column(1)) else { return }
        guard let milliseconds = Double(decimal: words[2]),
            (0...LatencyFile.maximumMilliseconds).contains(milliseconds)
        else {
            error(
                "'\(words[2].shown)' must be milliseconds, a number from 0 to 60000", column(2))
            return
        }
        if let earlier = lines.updateValue(line, forKey: Cell(client: client, place: place)) {
            error(
                "the latency from '\(client)' to '\(table.places[Int(place)])' is also in line "
                    + "\(earlier)", column(0))
            return
        }
        table.rows.append(
            LatencyTable.Row(
                client: client, place: place,
                microseconds: UInt32((milliseconds * 1000).rounded())))
    }

    /// Whether the line names the columns.
    private func isHead(_ words: [ArraySlice<UInt8>]) -> Bool {
        words.map { String(decoding: $0, as: UTF8.self) } == ["client", "place", "milliseconds"]
    }

    /// A network, or a place as a key of `geo`.
    private static func client(
        _ word: ArraySlice<UInt8>
    ) -> Result<ClientBranch.Key, WordRefusal> {
        let isNamed = ["continent:", "country:", "network:"].contains {
            word.starts(with: $0.utf8)
        }
        // Every network has one of these; a place has none but behind its kind.
        guard !isNamed, word.contains(where: { "/.:".utf8.contains($0) }) else {
            return Places.key(String(decoding: word, as: UTF8.self)).mapError {
                WordRefusal($0.message)
            }
        }
        return Network.read(word).flatMap { network in
            guard
                let prefix = IPNetwork(
                    address: network.address, prefixLength: Int(network.bits))
            else { return .failure(WordRefusal("'\(word.shown)' is not a network")) }
            return .success(.prefix(prefix))
        }
    }

    private mutating func readPlace(_ word: ArraySlice<UInt8>, _ column: Int) -> UInt32? {
        let name = String(decoding: word, as: UTF8.self)
        if let number = placeNumbers[name] { return number }
        guard (1...LatencyFile.maximumPlaceBytes).contains(word.count),
            word.allSatisfy({ $0 >= 32 && $0 != 127 })
        else {
            error("'\(word.shown)' must be the name of a cluster or a region", column)
            return nil
        }
        guard table.places.count < LatencyFile.maximumPlaces else {
            error("a table has at most \(LatencyFile.maximumPlaces) clusters and regions", column)
            return nil
        }
        let number = UInt32(table.places.count)
        table.places.append(name)
        placeNumbers[name] = number
        return number
    }

    private mutating func error(_ message: String, _ column: Int = 0) {
        findings.error(SourcePosition(file: file, line: line, column: column), message)
    }
}

extension ArraySlice<UInt8> {
    /// Without blanks at its ends.
    fileprivate var trimmed: ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 13 }
        var result = drop(while: isBlank)
        while let last = result.last, isBlank(last) { result.removeLast() }
        return result
    }
}
