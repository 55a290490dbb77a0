package import DNSWire
import Glibc

/// One TCP connection: what was read and not yet answered, what was answered and not yet sent.
///
/// Each message is preceded by its length in two bytes (RFC 1035 §4.2.2); many may arrive in one
/// segment, and one in many (RFC 7766 §8). Answers are written straight behind each other into the
/// output and leave in one call. While the client does not take them, nothing more is read.
@safe
package struct TCPConnection {
    /// The longest message with its length, in whole pages; those never written to cost nothing.
    private static let inputBytes = 17 * 4_096
    /// Twice the longest message: another one always fits before the first are sent.
    private static let outputBytes = 33 * 4_096
    /// Bytes of memory that a connection needs, in whole pages.
    package static let memoryBytes = inputBytes + outputBytes

    private static let lengthBytes = 2
    private static let longestMessage = 65_535
    /// A header (RFC 1035 §4.1.1); nothing shorter is a DNS message.
    private static let shortestMessage = 12

    /// What a system call on the connection came to.
    package enum Progress {
        /// Bytes were read, or everything was sent.
        case done
        /// The kernel has nothing to read, or no room for more.
        case wouldBlock
        /// The connection is gone.
        case failed
    }

    package init() {}

    // What the table keeps about a slot; see TCPConnectionTable.
    var socket: CInt = -1
    var generation: UInt32 = 0
    var older: Int32 = -1
    var newer: Int32 = -1
    var isReady = false
    package var memory: UnsafeMutableRawPointer?

    private(set) var client = ClientAddress(v4: 0)
    /// When a query was answered or a byte of response was taken last; monotonic milliseconds.
    var lastProgress: Int64 = 0
    /// The events that the epoll set looks for; nil before it knows the connection.
    var interest: UInt32?
    /// The client will send nothing more; it may well read on.
    private(set) var hasEnded = false
    /// A length that no DNS message has: nothing that follows makes sense.
    package private(set) var isMalformed = false

    private var inputStart = 0
    private var inputEnd = 0
    private var outputStart = 0
    private var outputEnd = 0
    private var inputMost = 0
    private var outputMost = 0

    var isOpen: Bool { socket >= 0 }
    /// Bytes of responses that the client has not taken yet.
    var outputCount: Int { outputEnd - outputStart }

    private var input: UnsafeMutableRawPointer { unsafe memory.unsafelyUnwrapped }
    private var output: UnsafeMutableRawPointer { unsafe input + Self.inputBytes }

    /// Starts a connection in this slot, which has memory already.
    package mutating func open(_ socket: CInt, _ client: ClientAddress, at now: Int64) {
        unsafe precondition(memory != nil, "a connection needs memory")
        self.socket = socket
        self.client = client
        lastProgress = now
        interest = nil
        hasEnded = false
        isMalformed = false
        inputStart = 0
        inputEnd = 0
        outputStart = 0
        outputEnd = 0
    }

    /// Closes the socket and gives memory back if the connection used unusually much.
    package mutating func shut() {
        close(socket)
        socket = -1
        generation &+= 1
        if max(inputMost, outputMost) > 4 * 4_096 {
            unsafe Pages.discard(input, bytes: Self.memoryBytes)
            inputMost = 0
            outputMost = 0
        }
    }

    /// The length of the next message once its two bytes are there.
    private var nextLength: Int? {
        guard inputEnd - inputStart >= Self.lengthBytes else { return nil }
        let length = unsafe input.loadUnaligned(fromByteOffset: inputStart, as: UInt16.self)
        return Int(UInt16(bigEndian: length))
    }

    /// Whether a whole message waits to be answered, or a length that cannot be one.
    package var hasMessage: Bool {
        guard !isMalformed, let length = nextLength else { return false }
        return length < Self.shortestMessage
            || inputEnd - inputStart >= Self.lengthBytes + length
    }

    /// Reads what has arrived, up to what there is room for.
    package mutating func read() -> Progress {
        guard !hasEnded, !isMalformed else { return .wouldBlock }
        if inputStart > 0 {
            let rest = inputEnd - inputStart
            unsafe input.copyMemory(from: input + inputStart, byteCount: rest)
            inputStart = 0
            inputEnd = rest
        }
        // The longest message fits, and whole ones are answered before more is read.
        let room = Self.inputBytes - inputEnd
        guard room > 0 else { return .wouldBlock }
        let count = unsafe recv(socket, input + inputEnd, room, CInt(MSG_DONTWAIT))
        if count > 0 {
            inputEnd += count
            inputMost = max(inputMost, inputEnd)
            return .done
        }
        if count == 0 {
            hasEnded = true
            return .wouldBlock
        }
        return errno == EAGAIN || errno == EINTR ? .wouldBlock : .failed
    }

    /// Answers up to `most` of the messages that were read, and returns how many.
    ///
    /// Call it with an empty output only: then the longest response always has room.
    package mutating func answer<A: Answerer & ~Copyable>(
        _ most: Int, with answerer: inout A, at now: UInt32
    ) -> Int {
        var answered = 0
        while answered < most, hasMessage, let length = nextLength,
            outputEnd <= Self.outputBytes - Self.lengthBytes - Self.longestMessage
        {
            guard length >= Self.shortestMessage else {
                isMalformed = true
                break
            }
            let query = unsafe UnsafeRawBufferPointer(
                start: input + inputStart + Self.lengthBytes, count: length)
            let response = unsafe UnsafeMutableRawBufferPointer(
                start: output + outputEnd + Self.lengthBytes, count: Self.longestMessage)
            let written = unsafe min(
                answerer.respond(to: query, into: response, from: client, over: .tcp, at: now),
                Self.longestMessage)
            if written > 0 {
                unsafe output.storeBytes(
                    of: UInt16(written).bigEndian, toByteOffset: outputEnd, as: UInt16.self)
                outputEnd += Self.lengthBytes + written
            }
            inputStart += Self.lengthBytes + length
            answered += 1
        }
        outputMost = max(outputMost, outputEnd)
        return answered
    }

    /// Sends the output, or as much of it as the client takes.
    package mutating func flush() -> Progress {
        let flags = CInt(MSG_DONTWAIT | MSG_NOSIGNAL)
        // Ends: each round sends at least a byte of a bounded output, or returns.
        while outputCount > 0 {
            let count = unsafe send(socket, output + outputStart, outputCount, flags)
            guard count > 0 else {
                return errno == EAGAIN || errno == EINTR ? .wouldBlock : .failed
            }
            outputStart += count
        }
        outputStart = 0
        outputEnd = 0
        return .done
    }
}
