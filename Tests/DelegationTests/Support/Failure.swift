/// Something that a test needs could not be had.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// How long a test waits for what must happen: far longer than it takes on an idle machine.
let patience = Duration.seconds(20)

/// Waits until a condition holds.
///
/// - Throws: `Failure` when it does not within `patience`, or what the condition throws.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + patience
    while true {
        if try await condition() { return }
        guard ContinuousClock.now < deadline else {
            throw Failure("after \(patience) it was still not so that \(what)")
        }
        try await Task.sleep(for: .milliseconds(50))
    }
}
