import Foundation

/// A process whose output and errors go to one file.
func process(_ words: [String], in folder: String, log: String) throws -> Process {
    let path = "\(folder)/\(log)"
    // Appends: a server that is started again goes on with its log.
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0, let program = words.first.flatMap(Programs.find) ?? words.first else {
        throw Failure("cannot write \(path)")
    }
    let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = Array(words.dropFirst())
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = handle
    process.standardError = handle
    return process
}

/// Runs a program to its end.
///
/// - Returns: its exit code, and all that it wrote.
/// - Throws: `Failure` when it cannot be started.
func run(_ words: [String]) async throws -> (code: Int32, output: String) {
    let folder = NSTemporaryDirectory()
    let log = "sterna-command-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: "\(folder)/\(log)") }
    let process = try process(words, in: folder, log: log)
    let code: Int32 = try await withCheckedThrowingContinuation { continuation in
        process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
        do {
            try process.run()
        } catch {
            process.terminationHandler = nil
            continuation.resume(throwing: Failure("cannot start \(words): \(error)"))
        }
    }
    return (code, try String(contentsOfFile: "\(folder)/\(log)", encoding: .utf8))
}
