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
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// Watches that a condition goes on holding for as long as it would have taken to break it.
///
/// - Returns: false at once when it does not hold.
func stays(for time: Duration, _ condition: () async throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + time
    repeat {
        guard try await condition() else { return false }
        try await Task.sleep(for: .milliseconds(20))
    } while ContinuousClock.now < deadline
    return true
}
