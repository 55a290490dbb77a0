import FoundationEssentials
package import Health

/// What a watched file says of one endpoint.
package struct FeedEntry: Hashable, Sendable {
    package var verdict: Verdict
    package var reason: String
    /// Nil: newer than all before.
    package var sequence: UInt64?
}

/// What a watched file says of one cluster.
package struct LoadEntry: Hashable, Sendable {
    /// In the unit of the cluster's capacity; not negative.
    package var load: Double
    /// Nil: newer than all before.
    package var sequence: UInt64?
}

/// The text of a watched file.
///
///     {"endpoints": {"edge-us": {"verdict": "unhealthy", "reason": "drill 12", "sequence": 7}},
///      "clusters": {"us-east": {"load": 130, "sequence": 9}}}
///
/// One of the two may be missing, reason and sequence as well; `up` and `down` stand for `healthy` and
/// `unhealthy`.
package struct FeedDocument: Sendable {
    package private(set) var entries: [String: FeedEntry] = [:]
    /// By cluster.
    package private(set) var loads: [String: LoadEntry] = [:]
    /// What is wrong with entries, each with its key and the rule.
    private(set) var findings: [String] = []

    /// Largest file read, in bytes.
    package static let maximumBytes = 16 << 20
    /// Most findings kept of one file.
    static let maximumFindings = 20

    /// Reads a whole file.
    ///
    /// - Throws: `FeedDocumentError` with everything that is wrong: a file with one bad entry
    ///   counts for nothing, or half of a change would be taken.
    package static func read(_ bytes: [UInt8]) throws(FeedDocumentError) -> FeedDocument {
        guard bytes.count <= maximumBytes else {
            throw FeedDocumentError(findings: ["the file is longer than \(maximumBytes) bytes"])
        }
        guard !bytes.isEmpty else { throw FeedDocumentError(findings: ["the file is empty"]) }
        let document: FeedDocument
        do {
            document = try JSONDecoder().decode(FeedDocument.self, from: Data(bytes))
        } catch {
            throw FeedDocumentError(error)
        }
        guard document.findings.isEmpty else {
            throw FeedDocumentError(findings: document.findings)
        }
        return document
    }

    private mutating func note(_ key: String, _ rule: String) {
        if findings.count < FeedDocument.maximumFindings { findings.append("\(key): \(rule)") }
    }
}

/// Why a file counts for nothing.
package struct FeedDocumentError: Error, Equatable, CustomStringConvertible {
    /// At least one: place and rule.
    package var findings: [String]

    package var description: String {
        let more = findings.count > 3 ? "; and \(findings.count - 3) more" : ""
        return findings.prefix(3).joined(separator: "; ") + more
    }
}

extension FeedDocumentError {
    init(_ error: any Error) {
        switch error {
        case DecodingError.dataCorrupted(let context):
            let detail = context.underlyingError.map { "\($0)" } ?? context.debugDescription
            self.init(findings: ["not JSON (RFC 8259): \(detail.prefix(200))"])
        case DecodingError.keyNotFound(let key, _):
            self.init(findings: ["\(key.stringValue): missing"])
        case DecodingError.typeMismatch(_, let context),
            DecodingError.valueNotFound(_, let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            self.init(findings: ["\(path.isEmpty ? "file" : path): must be an object"])
        default: self.init(findings: ["\(error)"])
        }
    }
}

extension FeedDocument: Decodable {
    package init(from decoder: any Decoder) throws {
        let file = try decoder.container(keyedBy: Key.self)
        for key in file.allKeys where !["endpoints", "clusters"].contains(key.stringValue) {
            note(key.stringValue, "unknown key; only 'endpoints' and 'clusters' may stand here")
        }
        if file.contains(Key("clusters")) {
            try readLoads(file)
            guard file.contains(Key("endpoints")) else { return }
        }
        let endpoints = try file.nestedContainer(keyedBy: Key.self, forKey: Key("endpoints"))
        for key in endpoints.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
            let path = "endpoints.\(key.stringValue)"
            guard let entry = try? endpoints.nestedContainer(keyedBy: Key.self, forKey: key) else {
                note(path, "must be an object")
                continue
            }
            read(entry, of: key.stringValue, path: path)
        }
    }

    private mutating func readLoads(_ file: KeyedDecodingContainer<Key>) throws {
        let clusters = try file.nestedContainer(keyedBy: Key.self, forKey: Key("clusters"))
        for key in clusters.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
            let path = "clusters.\(key.stringValue)"
            guard let entry = try? clusters.nestedContainer(keyedBy: Key.self, forKey: key) else {
                note(path, "must be an object")
                continue
            }
            for key in entry.allKeys where !["load", "sequence"].contains(key.stringValue) {
                note("\(path).\(key.stringValue)", "unknown key; load and sequence are known")
            }
            guard let load = try? entry.decode(Double.self, forKey: Key("load")), load >= 0,
                load.isFinite
            else {
                note("\(path).load", "must be a number from 0 on")
                continue
            }
            loads[key.stringValue] = LoadEntry(load: load, sequence: sequence(entry, path: path))
        }
    }

    private mutating func sequence(
        _ entry: KeyedDecodingContainer<Key>, path: String
    ) -> UInt64? {
        do {
            return try entry.decodeIfPresent(UInt64.self, forKey: Key("sequence"))
        } catch {
            note("\(path).sequence", "must be a whole number from 0 to \(UInt64.max)")
            return nil
        }
    }

    private mutating func read(
        _ entry: KeyedDecodingContainer<Key>, of endpoint: String, path: String
    ) {
        for key in entry.allKeys where !["verdict", "reason", "sequence"].contains(key.stringValue)
        {
            note(
                "\(path).\(key.stringValue)", "unknown key; verdict, reason and sequence are known")
        }
        var verdict: Verdict?
        switch try? entry.decode(String.self, forKey: Key("verdict")) {
        case "up"?: verdict = .healthy
        case "down"?: verdict = .unhealthy
        case let word?: verdict = Verdict(word)
        case nil: break
        }
        var reason = ""
        do {
            reason = try entry.decodeIfPresent(String.self, forKey: Key("reason")) ?? ""
        } catch {
            note("\(path).reason", "must be a string")
        }
        let sequence = sequence(entry, path: path)
        guard let verdict, verdict != .unchecked else {
            return note("\(path).verdict", "must be healthy, degraded, unhealthy or unknown")
        }
        entries[endpoint] = FeedEntry(verdict: verdict, reason: reason, sequence: sequence)
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ text: String) { stringValue = text }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
