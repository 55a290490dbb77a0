import Foundation
package import Health

/// The body of `PUT /v1/health/…`: `{"verdict": "unhealthy", "reason": "drill 12", "sequence": 7}`.
///
/// Read by hand rather than by `Decodable`, so that unknown members are refused and messages say which
/// member is at fault.
package struct PushBody: Hashable, Sendable {
    package var verdict: Verdict
    package var reason = ""
    package var sequence: UInt64?
    package var source: String?
    package var timeToLive: Duration?

    /// Largest body read.
    package static let maximumBytes = 64 << 10
    /// Longest reason kept, in bytes.
    package static let maximumReasonBytes = 1024
    private static let maximumSourceBytes = 128
    /// Longest `ttl`: 30 days, in seconds.
    private static let maximumSeconds = 30 * 86_400.0

    private static let members = ["verdict", "reason", "sequence", "source", "ttl"]
    private static let verdicts = "'healthy', 'degraded', 'unhealthy' or 'unknown'"

    /// Reads a body.
    ///
    /// - Throws: `PushBodyError` with a sentence that says what is wrong.
    package init(json: [UInt8]) throws(PushBodyError) {
        try self.init(try PushBody.object(json, mustHave: "verdict"))
    }

    /// Reads an object.
    ///
    /// - Parameter member: what the message names where it is none.
    static func object(
        _ json: [UInt8], mustHave member: String
    ) throws(PushBodyError) -> [String: Any] {
        guard json.count <= PushBody.maximumBytes else {
            throw PushBodyError("the body is larger than 64 KiB")
        }
        let value: Any
        do {
            value = try JSONSerialization.jsonObject(with: Data(json), options: .fragmentsAllowed)
        } catch {
            throw PushBodyError("the body is not JSON")
        }
        guard let object = value as? [String: Any] else {
            throw PushBodyError("must be an object with '\(member)'")
        }
        return object
    }

    /// Reads an object as `JSONSerialization` gives it.
    package init(_ value: Any) throws(PushBodyError) {
        guard let object = value as? [String: Any] else {
            throw PushBodyError("must be an object with 'verdict'")
        }
        if let unknown = object.keys.sorted().first(where: { !PushBody.members.contains($0) }) {
            throw PushBodyError(
                "unknown member '\(unknown.prefix(60))'; known: "
                    + PushBody.members.joined(separator: ", "))
        }
        guard let word = object["verdict"] else { throw PushBodyError("'verdict' is missing") }
        guard let text = word as? String, let verdict = Verdict(text), verdict != .unchecked else {
            throw PushBodyError("'verdict' must be \(PushBody.verdicts)")
        }
        self.verdict = verdict
        reason = try PushBody.text(object["reason"], "reason", PushBody.maximumReasonBytes) ?? ""
        source = try PushBody.source(object["source"])
        sequence = try PushBody.sequence(object["sequence"])
        timeToLive = try PushBody.timeToLive(object["ttl"])
    }

    private static func text(
        _ value: Any?, _ member: String, _ limit: Int
    ) throws(PushBodyError) -> String? {
        guard let value else { return nil }
        guard let text = value as? String, text.utf8.count <= limit,
            text.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 })
        else {
            throw PushBodyError(
                "'\(member)' must be text of at most \(limit) bytes without control characters")
        }
        return text
    }

    static func source(_ value: Any?) throws(PushBodyError) -> String? {
        let source = try text(value, "source", maximumSourceBytes)
        if source == "" { throw PushBodyError("'source' must not be empty") }
        return source
    }

    static func sequence(_ value: Any?) throws(PushBodyError) -> UInt64? {
        guard let value else { return nil }
        // SQLite keeps signed integers; 2^63 − 1 is enough for nanoseconds since 1970 until 2262.
        guard !isBoolean(value), let number = value as? NSNumber,
            let sequence = Int64(exactly: number), sequence >= 0
        else {
            throw PushBodyError("'sequence' must be an integer from 0 to 9223372036854775807")
        }
        return UInt64(sequence)
    }

    /// Seconds as a number, or text with a unit: `30`, `"5m"`.
    static func timeToLive(_ value: Any?) throws(PushBodyError) -> Duration? {
        guard let value else { return nil }
        var seconds: Double?
        if let text = value as? String {
            seconds = self.seconds(text)
        } else if !isBoolean(value), let number = value as? NSNumber {
            seconds = number.doubleValue
        }
        guard let seconds, seconds > 0, seconds <= maximumSeconds else {
            throw PushBodyError(
                "'ttl' must be seconds or text such as \"5m\", above 0 and at most 30 days")
        }
        return .milliseconds(max(1, Int64(seconds * 1000)))
    }

    /// Whether a value is `true` or `false`: the numbers 0 and 1 say `is Bool` too.
    static func isBoolean(_ value: Any) -> Bool {
        guard let number = value as? NSNumber else { return value is Bool }
        return String(cString: number.objCType) == "c"
    }

    private static func seconds(_ text: String) -> Double? {
        let units: [(String, Double)] = [
            ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400),
        ]
        for (unit, scale) in units where text.hasSuffix(unit) {
            let digits = text.dropLast(unit.count)
            guard (1...9).contains(digits.utf8.count), let count = UInt32(digits) else { continue }
            return Double(count) * scale
        }
        return nil
    }
}

/// What is wrong with a report's object.
package struct PushBodyError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
