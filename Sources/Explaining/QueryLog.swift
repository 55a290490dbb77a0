package import DNSWire

/// Queries counted from the lines of a log: `TIME CLIENT NAME [TYPE]`, separated by blanks.
///
/// Clients count by network, as resolvers tell them: /24 and /56 (RFC 7871 §11.1). Other types than A and
/// AAAA are left out, as no policy decides them.
package struct QueryLog: Sendable {
    package struct Key: Hashable, Sendable {
        package var name: Name
        package var v4: Bool
        package var client: IPNetwork
    }

    package private(set) var counts: [Key: Int] = [:]
    /// Queries that are counted.
    package private(set) var taken = 0
    private var otherTypes = 0
    private var unreadable = 0
    private var tooMany = 0

    package static let maximumLines = 50_000_000
    package static let v4Bits = 24
    package static let v6Bits = 56

    package init() {}

    /// Takes the lines of a whole file.
    package init(bytes: UnsafeRawBufferPointer) {
        var start = 0
        var lines = 0
        while start < bytes.count, lines < QueryLog.maximumLines {
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
            take(String(decoding: bytes[start..<end], as: UTF8.self))
            start = end + 1
            lines += 1
        }
    }

    /// Takes one line.
    package mutating func take(_ line: String) {
        let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }
        guard let first = words.first, !first.hasPrefix("#") else { return }
        guard (3...4).contains(words.count), let client = QueryLog.client(words[1]),
            let name = try? Name(words[2])
        else {
            unreadable += 1
            return
        }
        let type = words.count > 3 ? words[3].uppercased() : "A"
        guard type == "A" || type == "AAAA" else {
            otherTypes += 1
            return
        }
        let key = Key(name: name.lowercased(), v4: type == "A", client: client)
        if counts[key] == nil, counts.count >= Traffic.maximumFlows {
            tooMany += 1
            return
        }
        counts[key, default: 0] += 1
        taken += 1
    }

    /// The network of `192.0.2.7`, `192.0.2.7#53122` or `192.0.2.0/24`.
    private static func client(_ text: Substring) -> IPNetwork? {
        guard let network = IPNetwork(text.prefix { $0 != "#" }) else { return nil }
        return network.widened(
            to: min(network.prefixLength, network.address.isV4 ? v4Bits : v6Bits))
    }

    /// What was not taken.
    var notes: [String] {
        var notes: [String] = []
        if unreadable > 0 { notes.append("\(unreadable) lines of the log could not be read") }
        if otherTypes > 0 {
            notes.append("\(otherTypes) queries of the log ask for other types than A and AAAA")
        }
        if tooMany > 0 {
            notes.append("\(tooMany) queries are left out: too many kinds of name and client")
        }
        return notes
    }
}
