import Health
import Monitors
import Testing

@Suite struct ResponseReaderTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var response: String
        var check = HTTPCheck(tls: false)
        var outcome: ProbeOutcome
    }

    static let wantsBody = HTTPCheck(tls: false, bodyContains: "all good")
    static let noBody = ProbeOutcome.failed(.body, "body does not contain 'all good'")
    static let notHTTP = ProbeOutcome.failed(.response, "not an HTTP response")
    static let cut = ProbeOutcome.failed(
        .connection, "connection closed before the response was complete")

    static let cases = [
        Case(
            testDescription: "200", response: "HTTP/1.1 200 OK\r\n\r\n",
            outcome: .passed("status 200")),
        Case(
            testDescription: "no reason phrase, bare line feeds", response: "HTTP/1.0 204\n\n",
            outcome: .passed("status 204")),
        Case(
            testDescription: "302 is not followed",
            response: "HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", outcome: .passed("status 302")),
        Case(
            testDescription: "503", response: "HTTP/1.1 503 No\r\nA: b\r\n\r\n",
            outcome: .failed(.status, "status 503")),
        Case(
            testDescription: "the one status asked for", response: "HTTP/1.1 503 No\r\n\r\n",
            check: HTTPCheck(tls: false, statuses: [418...418, 503...503]),
            outcome: .passed("status 503")),
        Case(
            testDescription: "interim responses are skipped",
            response:
                "HTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Go\r\n\r\nHTTP/1.1 500 E\r\n\r\n",
            outcome: .failed(.status, "status 500")),
        Case(
            testDescription: "interim lengths do not count",
            response:
                "HTTP/1.1 100 Go\r\nContent-Length: 3\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nall good",
            check: wantsBody, outcome: .passed("status 200")),
        Case(
            testDescription: "nothing", response: "",
            outcome: .failed(
                .connection, "connection closed without a response")),
        Case(testDescription: "half a head", response: "HTTP/1.1 200 OK\r\nA: b", outcome: cut),
        Case(testDescription: "SSH", response: "SSH-2.0-OpenSSH\r\n", outcome: notHTTP),
        Case(testDescription: "HTTP/2", response: "HTTP/2 200\r\n\r\n", outcome: notHTTP),
        Case(testDescription: "two digits", response: "HTTP/1.1 20 OK\r\n\r\n", outcome: notHTTP),
        Case(testDescription: "status 042", response: "HTTP/1.1 042 O\r\n\r\n", outcome: notHTTP),
        Case(testDescription: "four digits", response: "HTTP/1.1 2000\r\n\r\n", outcome: notHTTP),
        Case(
            testDescription: "a header without a colon",
            response: "HTTP/1.1 200 OK\r\nnope\r\n\r\n",
            outcome: notHTTP),
        Case(
            testDescription: "a blank before the colon",
            response: "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", outcome: notHTTP),
        Case(
            testDescription: "folded fields pass",
            response: "HTTP/1.1 200 OK\r\nA: b\r\n  c\r\n\r\n", outcome: .passed("status 200")),
        Case(
            testDescription: "lengths that disagree",
            response: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            check: wantsBody,
            outcome: .failed(.response, "not an HTTP response: bad Content-Length")),
        Case(
            testDescription: "fixed body", check: wantsBody,
            body: "it is all good here", framing: .fixed, outcome: .passed("status 200")),
        Case(
            testDescription: "body until close", check: wantsBody, body: "all good",
            framing: .close, outcome: .passed("status 200")),
        Case(
            testDescription: "chunked body, text across chunks", check: wantsBody,
            body: "x".repeated(9) + "all good", framing: .chunked, outcome: .passed("status 200")),
        Case(
            testDescription: "text in another case", check: wantsBody, body: "All Good",
            framing: .fixed, outcome: noBody),
        Case(
            testDescription: "text after the end of a fixed body",
            response: "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nall good", check: wantsBody,
            outcome: noBody),
        Case(
            testDescription: "no body", response: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            check: wantsBody, outcome: noBody),
        Case(
            testDescription: "204 has none", response: "HTTP/1.1 204 No\r\n\r\nall good",
            check: wantsBody, outcome: noBody),
        Case(
            testDescription: "HEAD has none",
            response: "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n",
            check: HTTPCheck(tls: false, method: "HEAD", bodyContains: "all good"), outcome: noBody),
        Case(
            testDescription: "text ends at 5,120 bytes", check: wantsBody,
            body: "x".repeated(5112) + "all good", framing: .fixed, outcome: .passed("status 200")),
        Case(
            testDescription: "text ends at 5,121 bytes", check: wantsBody,
            body: "x".repeated(5113) + "all good", framing: .chunked, outcome: noBody),
        Case(
            testDescription: "a body cut short",
            response: "HTTP/1.1 200 OK\r\nContent-Length: 80\r\n\r\nall", check: wantsBody,
            outcome: cut),
        Case(
            testDescription: "the status decides before the body",
            response: "HTTP/1.1 500 E\r\nContent-Length: 8\r\n\r\nall good", check: wantsBody,
            outcome: .failed(.status, "status 500")),
        Case(
            testDescription: "a chunk of no size",
            response: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n;x\r\n",
            check: wantsBody, outcome: notHTTP),
        Case(
            testDescription: "a chunk of too many digits",
            response: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\n",
            check: wantsBody, outcome: notHTTP),
        Case(
            testDescription: "chunk extensions",
            response:
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n8;a=b\r\nall good\r\n0\r\n\r\n",
            check: wantsBody, outcome: .passed("status 200")),
        Case(
            testDescription: "endless headers",
            response: "HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeated(4000),
            outcome: .failed(.response, "header block longer than 16384 bytes")),
        Case(
            testDescription: "an endless line", response: "HTTP/1.1 200 " + "x".repeated(20_000),
            outcome: .failed(.response, "header block longer than 16384 bytes")),
        Case(
            testDescription: "endless interim responses",
            response: "HTTP/1.1 100 Go\r\n\r\n".repeated(2000),
            outcome: .failed(.response, "header block longer than 16384 bytes")),
        Case(
            testDescription: "a body in costly chunks",
            response: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + ("1;" + "x".repeated(900) + "\r\na\r\n").repeated(200), check: wantsBody,
            outcome: .failed(.response, "response longer than 65536 bytes")),
    ]

    @Test(arguments: cases)
    func responsesAreJudged(_ c: Case) {
        var reader = ResponseReader(c.check)
        let outcome = reader.take(Array(c.response.utf8)) ?? reader.close()
        #expect(outcome == c.outcome)
    }

    /// However the bytes come apart on the way, the judgement is the same.
    @Test(arguments: cases)
    func piecesDoNotMatter(_ c: Case) {
        var random = SplitMix(state: 42)
        var reader = ResponseReader(c.check)
        var rest = Array(c.response.utf8)[...]
        var outcome: ProbeOutcome?
        while !rest.isEmpty, outcome == nil {
            let piece = rest.prefix(Int.random(in: 1...7, using: &random))
            rest = rest.dropFirst(piece.count)
            outcome = reader.take(piece)
        }
        #expect(outcome ?? reader.close() == c.outcome)
    }

    /// Rubbish of any kind ends in a failure, within the limits.
    @Test(arguments: [1 as UInt64, 2, 3, 42])
    func rubbishNeverPasses(seed: UInt64) {
        var random = SplitMix(state: seed)
        for _ in 0..<200 {
            var reader = ResponseReader(ResponseReaderTests.wantsBody)
            var bytes = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            for _ in 0..<300 { bytes.append(UInt8.random(in: 0...255, using: &random)) }
            let outcome = reader.take(bytes) ?? reader.close()
            #expect(!outcome.hasPassed, "seed \(seed)")
        }
    }
}

extension ResponseReaderTests.Case {
    enum Framing { case fixed, close, chunked }

    init(
        testDescription: String, check: HTTPCheck, body: String, framing: Framing,
        outcome: ProbeOutcome
    ) {
        var response = "HTTP/1.1 200 OK\r\nServer: test\r\n"
        switch framing {
        case .fixed: response += "content-length: \(body.utf8.count)\r\n\r\n" + body
        case .close: response += "\r\n" + body
        case .chunked:
            response += "Transfer-Encoding: chunked\r\n\r\n"
            var rest = body[...]
            while !rest.isEmpty {
                let piece = rest.prefix(13)
                rest = rest.dropFirst(13)
                response += String(piece.utf8.count, radix: 16) + "\r\n" + piece + "\r\n"
            }
            response += "0\r\n\r\n"
        }
        self.init(
            testDescription: testDescription, response: response, check: check, outcome: outcome)
    }
}

extension String {
    func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
