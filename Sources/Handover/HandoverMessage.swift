/// What the two processes say to each other: one line of text a message.
package enum HandoverMessage: Equatable, Sendable {
    /// The answering process introduces itself, and shows its sockets, to whoever connects.
    ///
    /// - Parameters:
    ///   - version: of the program; a control process of another one replaces it.
    ///   - generation: of the image it serves.
    case hello(version: String, process: Int32, generation: UInt64)
    /// Serve this image from now on.
    ///
    /// - Parameters:
    ///   - file: the number of the file that it lies in.
    ///   - root: where in the file its header lies; 0 unless it is a patch.
    case serve(generation: UInt64, file: UInt64, root: UInt32)
    /// It is served.
    case adopted(generation: UInt64)
    /// It cannot be served; the old one goes on.
    case refused(generation: UInt64, reason: String)
    /// Answer what has arrived and exit.
    case stop
    /// Exit at once; another process answers on the same sockets.
    case handOver

    /// Longest message, in bytes.
    package static let maximumBytes = 1024

    package var text: String {
        switch self {
        case .hello(let version, let process, let generation):
            "hello \(version) \(process) \(generation)"
        case .serve(let generation, let file, let root): "serve \(generation) \(file) \(root)"
        case .adopted(let generation): "adopted \(generation)"
        case .refused(let generation, let reason): "refused \(generation) \(reason)"
        case .stop: "stop"
        case .handOver: "hand-over"
        }
    }

    /// Reads a message; nil for what this version does not know.
    package init?(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        switch (words.first, words.count) {
        case ("hello", 4):
            guard let process = Int32(words[2]), let generation = UInt64(words[3]) else {
                return nil
            }
            self = .hello(version: String(words[1]), process: process, generation: generation)
        case ("serve", 4):
            guard let generation = UInt64(words[1]), let file = UInt64(words[2]),
                let root = UInt32(words[3])
            else { return nil }
            self = .serve(generation: generation, file: file, root: root)
        case ("adopted", 2):
            guard let generation = UInt64(words[1]) else { return nil }
            self = .adopted(generation: generation)
        case ("refused", 2...):
            guard let generation = UInt64(words[1]) else { return nil }
            self = .refused(
                generation: generation, reason: words.dropFirst(2).joined(separator: " "))
        case ("stop", 1): self = .stop
        case ("hand-over", 1): self = .handOver
        default: return nil
        }
    }
}
