import Hummingbird

/// A refused request: the status, a word for programs and a sentence for people.
struct ControlError: Error, Hashable {
    var status: HTTPResponse.Status
    var code: String
    var message: String

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    static func badRequest(_ message: String) -> ControlError {
        ControlError(.badRequest, "bad_request", message)
    }
}

extension ControlError {
    init(_ refusal: HealthRefusal, endpoint: String) {
        switch refusal {
        case .unknownEndpoint(let suggestion):
            let ending = suggestion.map { "; did you mean '\($0)'?" } ?? ""
            self.init(
                .notFound, "unknown_endpoint", "endpoint '\(endpoint)' is not defined\(ending)")
        case .olderSequence(let known):
            self.init(
                .conflict, "older_sequence",
                "a report about '\(endpoint)' with sequence \(known) was taken before; send a higher one"
            )
        case .invalid(let message): self.init(.badRequest, "bad_request", message)
        case .unavailable(let message): self.init(.serviceUnavailable, "unavailable", message)
        }
    }
}
