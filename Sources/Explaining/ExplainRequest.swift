package import DNSWire
import Foundation

/// What is to be explained, read from words.
package struct ExplainRequest: Sendable {
    package let name: Name
    package let type: RRType
    /// Nil: 127.0.0.1.
    package let client: IPNetwork?
    package let assumptions: [AssumedState]
    /// The moment asked about, in Unix seconds; nil: now.
    package let time: Int64?

    /// Most assumptions of one request.
    package static let maximumAssumptions = 100
    /// How far ahead or back a moment may lie, in seconds: a year.
    package static let farthest: Int64 = 366 * 86_400

    /// Reads a request.
    ///
    /// - Parameters:
    ///   - type: nil: A.
    ///   - client: an address, or a network as resolvers tell it.
    ///   - with: `TARGET=STATE` each.
    ///   - at: RFC 3339, or `+10m` from now, or `-90s`.
    ///   - now: Unix seconds.
    /// - Throws: what is wrong, as one sentence.
    package init(
        name: String, type: String?, client: String?, with: [String], at: String?, now: Int64
    ) throws(AssumptionError) {
        do {
            self.name = try Name(name)
        } catch {
            throw AssumptionError("'\(name)' is no name: \(error)")
        }
        guard let type = RRType(type ?? "A"), !type.isMeta || type == .any else {
            throw AssumptionError("'\(type ?? "")' is no type that can be asked for")
        }
        self.type = type
        if let client {
            guard let network = IPNetwork(client) else {
                throw AssumptionError(
                    "'\(client)' is no client: write an address, or a network as 192.0.2.0/24 "
                        + "with no bit set behind its length")
            }
            self.client = network
        } else {
            self.client = nil
        }
        guard with.count <= ExplainRequest.maximumAssumptions else {
            throw AssumptionError(
                "at most \(ExplainRequest.maximumAssumptions) assumptions at a time")
        }
        var assumptions: [AssumedState] = []
        for text in with {
            do throws(AssumptionError) {
                assumptions.append(try AssumedState(text))
            } catch {
                throw AssumptionError("'\(text)': \(error.description)")
            }
        }
        self.assumptions = assumptions
        if let at { time = try ExplainRequest.moment(at, now: now) } else { time = nil }
    }

    /// How the name may stand before `@`: in full, without its dot, or by its first labels.
    package var names: [String] {
        let labels = name.lowercased().labels.map { String(decoding: $0, as: UTF8.self) }
        let prefixes = labels.indices.map { labels[...$0].joined(separator: ".") }
        return prefixes + [name.lowercased().description]
    }

    private static func moment(_ text: String, now: Int64) throws(AssumptionError) -> Int64 {
        let wrong = AssumptionError(
            "'\(text)' is no time: write 2026-11-22T21:00:00Z, +10m or -90s; at most a year away")
        let time: Int64
        if let sign = text.first, sign == "+" || sign == "-" {
            let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
            guard let unit = text.last.flatMap({ units[$0] }),
                let count = Int64(text.dropFirst().dropLast()), count >= 0,
                count <= farthest / unit
            else { throw wrong }
            time = sign == "+" ? now + count * unit : now - count * unit
        } else {
            guard let date = try? Date(text, strategy: .iso8601) else { throw wrong }
            time = Int64(date.timeIntervalSince1970.rounded(.down))
        }
        guard abs(time - now) <= farthest else { throw wrong }
        return time
    }
}
