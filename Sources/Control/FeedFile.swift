import Foundation

/// A watched file of verdicts: `{"endpoints": {"edge-us": {"verdict": "unhealthy", "sequence": 7}}}`.
package struct FeedFile: Hashable, Sendable {
    /// What the file says, by the key of the endpoint.
    package var reports: [String: PushBody] = [:]
    /// What is wrong with single endpoints, in the order of their keys; the others count.
    package var problems: [String] = []

    /// Largest file read.
    package static let maximumBytes = 16 << 20

    /// Reads the text of a file.
    ///
    /// - Throws: `PushBodyError` when nothing of it can be read, as while somebody writes it.
    package init(json: [UInt8]) throws(PushBodyError) {
        guard json.count <= FeedFile.maximumBytes else {
            throw PushBodyError("the file is larger than 16 MiB")
        }
        let value: Any
        do {
            value = try JSONSerialization.jsonObject(with: Data(json), options: .fragmentsAllowed)
        } catch {
            throw PushBodyError("the file is not JSON")
        }
        guard let object = value as? [String: Any],
            let endpoints = object["endpoints"] as? [String: Any]
        else { throw PushBodyError("the file must be an object with an object 'endpoints'") }
        if let unknown = object.keys.sorted().first(where: { $0 != "endpoints" }) {
            throw PushBodyError("unknown member '\(unknown.prefix(60))'; known: endpoints")
        }
        for (endpoint, value) in endpoints.sorted(by: { $0.key < $1.key }) {
            do throws(PushBodyError) {
                reports[endpoint] = try PushBody(value)
            } catch {
                problems.append("endpoint '\(endpoint.prefix(80))': \(error)")
            }
        }
    }
}
