import Foundation

/// The body of `PUT /v1/load/…`: `{"load": 130, "sequence": 9, "ttl": "30s"}`.
package struct LoadBody: Hashable, Sendable {
    package var load: Double
    package var sequence: UInt64?
    package var source: String?
    package var timeToLive: Duration?

    private static let members = ["load", "sequence", "source", "ttl"]

    /// Reads a body.
    ///
    /// - Throws: `PushBodyError` with a sentence that says what is wrong.
    package init(json: [UInt8]) throws(PushBodyError) {
        let object = try PushBody.object(json, mustHave: "load")
        if let unknown = object.keys.sorted().first(where: { !LoadBody.members.contains($0) }) {
            throw PushBodyError(
                "unknown member '\(unknown.prefix(60))'; known: "
                    + LoadBody.members.joined(separator: ", "))
        }
        guard let value = object["load"] else { throw PushBodyError("'load' is missing") }
        guard !PushBody.isBoolean(value), let number = value as? NSNumber,
            number.doubleValue >= 0, number.doubleValue.isFinite
        else { throw PushBodyError("'load' must be a number from 0 on") }
        load = number.doubleValue
        source = try PushBody.source(object["source"])
        sequence = try PushBody.sequence(object["sequence"])
        timeToLive = try PushBody.timeToLive(object["ttl"])
    }
}
