package import Health

/// Reads just enough of an HTTP/1.1 response to judge it (RFC 9112), byte by byte, within limits.
///
///     status line ─▶ header lines ─┬─▶ verdict by status
///          ▲              │ 1xx    └─▶ body: fixed, chunked or until close ─▶ verdict by text
///          └──────────────┘
package struct ResponseReader {
    /// Longest status line and header block, interim responses included, in bytes.
    package static let maximumHeadBytes = 16_384
    /// Most bytes of one response looked at: a body in tiny chunks ends here.
    package static let maximumBytes = 65_536
    /// Longest line that gives a chunk's size, in bytes.
    package static let maximumChunkLineBytes = 1024

    private enum Phase: Equatable {
        case statusLine
        case headers
        case fixedBody(remaining: Int)
        case bodyUntilClose
        case chunkSize
        case chunk(remaining: Int)
        case chunkEnd
    }

    private let check: HTTPCheck
    private let needle: [UInt8]?
    private var phase = Phase.statusLine
    private var line: [UInt8] = []
    private var headBytes = 0
    private var bytes = 0
    private var status = 0
    private var contentLength: Int?
    private var isChunked = false
    private var isCoded = false
    private var body: [UInt8] = []
    /// How much of `body` was searched: no match begins before this index.
    private var searched = 0

    package init(_ check: HTTPCheck) {
        self.check = check
        needle = check.bodyContains.map { Array($0.utf8) }
    }

    /// Takes what arrived; nil: not decided yet.
    package mutating func take(_ arrived: some Sequence<UInt8>) -> ProbeOutcome? {
        for byte in arrived {
            bytes += 1
            guard bytes <= ResponseReader.maximumBytes else {
                return .failed(
                    .response, "response longer than \(ResponseReader.maximumBytes) bytes")
            }
            if let outcome = take(byte) { return outcome }
        }
        return nil
    }

    /// Judges what there is when the peer has closed the connection.
    package mutating func close() -> ProbeOutcome {
        if bytes == 0 { return .failed(.connection, "connection closed without a response") }
        if phase == .bodyUntilClose { return bodyFailure }
        return .failed(.connection, "connection closed before the response was complete")
    }

    private mutating func take(_ byte: UInt8) -> ProbeOutcome? {
        switch phase {
        case .statusLine, .headers: return takeHead(byte)
        case .fixedBody(let remaining):
            phase = .fixedBody(remaining: remaining - 1)
            return takeBody(byte) ?? (remaining <= 1 ? bodyFailure : nil)
        case .bodyUntilClose: return takeBody(byte)
        case .chunkSize: return takeChunkSize(byte)
        case .chunk(let remaining):
            phase = remaining <= 1 ? .chunkEnd : .chunk(remaining: remaining - 1)
            return takeBody(byte)
        case .chunkEnd:
            if byte == UInt8(ascii: "\n") { phase = .chunkSize }
            return byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") ? nil : notHTTP
        }
    }

    // MARK: Head

    private mutating func takeHead(_ byte: UInt8) -> ProbeOutcome? {
        headBytes += 1
        guard headBytes <= ResponseReader.maximumHeadBytes else {
            return .failed(
                .response, "header block longer than \(ResponseReader.maximumHeadBytes) bytes")
        }
        guard byte == UInt8(ascii: "\n") else {
            line.append(byte)
            return phase == .statusLine && !isPrefixOfStatusLine ? notHTTP : nil
        }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        defer { line.removeAll(keepingCapacity: true) }
        return phase == .statusLine ? readStatusLine() : readHeaderLine()
    }

    private static let opening = Array("HTTP/1.".utf8)

    private var isPrefixOfStatusLine: Bool {
        zip(line, ResponseReader.opening).allSatisfy { $0 == $1 }
    }

    /// `HTTP/1.1 200 OK`: the reason phrase may be missing (RFC 9112 §4).
    private mutating func readStatusLine() -> ProbeOutcome? {
        guard line.count >= 12, line[7].isDigit, line[8] == UInt8(ascii: " "),
            line[9...11].allSatisfy(\.isDigit), line.count == 12 || line[12] == UInt8(ascii: " ")
        else { return notHTTP }
        status = line[9...11].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        guard status >= 100 else { return notHTTP }
        (contentLength, isChunked, isCoded) = (nil, false, false)
        phase = .headers
        return nil
    }

    private mutating func readHeaderLine() -> ProbeOutcome? {
        guard !line.isEmpty else { return endHead() }
        // A folded line goes on with the field before it (RFC 9112 §5.2); no field we read is
        // folded.
        if line[0].isBlank { return nil }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            !line[..<colon].contains(where: \.isBlank)
        else { return notHTTP }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        let value = line[(colon + 1)...].trimmingBlanks
        switch name {
        case "content-length":
            guard let length = Int(decimal: value), contentLength ?? length == length else {
                return .failed(.response, "not an HTTP response: bad Content-Length")
            }
            contentLength = length
        case "transfer-encoding":
            isCoded = true
            let codings = String(decoding: value, as: UTF8.self).lowercased()
            isChunked = codings.hasSuffix("chunked")
        default: break
        }
        return nil
    }

    private mutating func endHead() -> ProbeOutcome? {
        if (100..<200).contains(status), status != 101 {
            phase = .statusLine
            return nil
        }
        guard check.statuses.contains(where: { $0.contains(status) }) else {
            return .failed(.status, "status \(status)")
        }
        guard let needle, !needle.isEmpty else { return .passed("status \(status)") }
        if check.method == "HEAD" || status == 101 || status == 204 || status == 304 {
            return bodyFailure
        }
        // Where both are given, Transfer-Encoding counts (RFC 9112 §6.3).
        switch (isCoded, isChunked, contentLength) {
        case (_, true, _): phase = .chunkSize
        case (true, false, _), (false, _, nil): phase = .bodyUntilClose
        case (false, _, 0?): return bodyFailure
        case (false, _, let length?): phase = .fixedBody(remaining: length)
        }
        return nil
    }

    // MARK: Body

    /// Looks for the text with every byte, so that it does not matter how the body is cut into segments.
    private mutating func takeBody(_ byte: UInt8) -> ProbeOutcome? {
        body.append(byte)
        return searchBody() ?? (body.count >= HTTPCheck.bodyLimitBytes ? bodyFailure : nil)
    }

    private mutating func takeChunkSize(_ byte: UInt8) -> ProbeOutcome? {
        guard byte == UInt8(ascii: "\n") else {
            line.append(byte)
            return line.count > ResponseReader.maximumChunkLineBytes ? notHTTP : nil
        }
        let digits = line.prefix { $0.hexDigit != nil }
        let rest = line.dropFirst(digits.count).first
        defer { line.removeAll(keepingCapacity: true) }
        // Eight hexadecimal digits are 4 GiB: more than any probe reads.
        guard (1...8).contains(digits.count),
            rest == nil || rest == UInt8(ascii: ";") || rest == UInt8(ascii: "\r")
                || rest?.isBlank == true
        else { return notHTTP }
        let size = digits.reduce(0) { $0 << 4 | ($1.hexDigit ?? 0) }
        guard size > 0 else { return bodyFailure }
        phase = .chunk(remaining: size)
        return nil
    }

    /// Looks for the text in what arrived since the last search.
    private mutating func searchBody() -> ProbeOutcome? {
        guard let needle, body.count >= needle.count, !needle.isEmpty else { return nil }
        let last = body.count - needle.count
        while searched <= last {
            if body[searched..<searched + needle.count].elementsEqual(needle) {
                return .passed("status \(status)")
            }
            searched += 1
        }
        return nil
    }

    private var bodyFailure: ProbeOutcome {
        .failed(.body, "body does not contain '\((check.bodyContains ?? "").prefix(64))'")
    }

    private var notHTTP: ProbeOutcome { .failed(.response, "not an HTTP response") }
}

extension UInt8 {
    fileprivate var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    fileprivate var isBlank: Bool { self == 0x20 || self == 0x09 }
    fileprivate var hexDigit: Int? {
        switch self {
        case 0x30...0x39: Int(self) - 0x30
        case 0x41...0x46: Int(self) - 0x41 + 10
        case 0x61...0x66: Int(self) - 0x61 + 10
        default: nil
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate var trimmingBlanks: ArraySlice<UInt8> {
        var slice = drop(while: \.isBlank)
        while slice.last?.isBlank == true { slice.removeLast() }
        return slice
    }
}

extension Int {
    /// Reads 1 to 18 decimal digits and nothing else.
    fileprivate init?(decimal digits: ArraySlice<UInt8>) {
        guard (1...18).contains(digits.count), digits.allSatisfy(\.isDigit) else { return nil }
        self = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
