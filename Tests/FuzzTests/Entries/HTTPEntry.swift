import Health
import Monitors

extension FuzzEntry {
    /// What an endpoint answers to a probe (RFC 9112): however it is cut into segments, it counts alike.
    static let http = FuzzEntry(
        "http",
        text: [
            "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 \r\n\r\n", "Content-Length: 5\r\n", "\r\n", "\n",
            "Transfer-Encoding: chunked\r\n", "5\r\nready\r\n", "0\r\n\r\n", "FFFFFFFF\r\n", ": ",
            "Content-Length: 999999999999999999\r\n", "ready",
        ]
    ) { input in
        for text in [nil, "ready"] as [String?] {
            var check = HTTPCheck(tls: false)
            check.bodyContains = text
            let whole = outcome(of: [input[...]], check)
            let half = input.count / 2
            guard outcome(of: [input[..<half], input[half...]], check) == whole,
                outcome(of: input.indices.map { input[$0...$0] }, check) == whole
            else { return "segments matter" }
        }
        return nil
    }

    private static func outcome(of segments: [ArraySlice<UInt8>], _ check: HTTPCheck) -> String {
        var reader = ResponseReader(check)
        for segment in segments {
            if let outcome = reader.take(segment) { return "\(outcome)" }
        }
        return "\(reader.close())"
    }
}
