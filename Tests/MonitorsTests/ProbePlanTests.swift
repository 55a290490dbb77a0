import DNSWire
import Health
import Monitors
import NIOCore
import Testing

@Suite struct ProbePlanTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var check: HTTPCheck
        var address = IPAddress.v4(0xC000_0201)
        var first = "GET / HTTP/1.1"
        /// Lines that must stand in the request.
        var lines: [String] = []
        var serverName: String?
    }

    @Test(arguments: [
        Case(
            testDescription: "defaults", check: HTTPCheck(tls: false),
            lines: ["Host: 192.0.2.1", "User-Agent: sterna-monitor", "Connection: close"]),
        Case(
            testDescription: "another port", check: HTTPCheck(tls: false, port: 8080),
            lines: ["Host: 192.0.2.1:8080"]),
        Case(
            testDescription: "IPv6", check: HTTPCheck(tls: true, port: 80),
            address: .v6(0x2001_0DB8 << 32, 1), lines: ["Host: [2001:db8::1]:80"]),
        Case(
            testDescription: "a canary's name",
            check: HTTPCheck(tls: true, path: "/status/200?a=b", host: "canary.example.com"),
            first: "GET /status/200?a=b HTTP/1.1", lines: ["Host: canary.example.com"],
            serverName: "canary.example.com"),
        Case(
            testDescription: "a name with its port",
            check: HTTPCheck(tls: true, port: 8443, host: "canary.example.com:443"),
            lines: ["Host: canary.example.com:443"], serverName: "canary.example.com"),
        Case(
            testDescription: "another server name",
            check: HTTPCheck(tls: true, host: "a.example.com", serverName: "b.example.com"),
            lines: ["Host: a.example.com"], serverName: "b.example.com"),
        Case(
            testDescription: "an address is no server name",
            check: HTTPCheck(tls: true, host: "198.51.100.1"), lines: ["Host: 198.51.100.1"]),
        Case(
            testDescription: "a bracketed address is none either",
            check: HTTPCheck(tls: true, port: 444, host: "[2001:db8::2]"),
            lines: ["Host: [2001:db8::2]:444"]),
        Case(
            testDescription: "own headers replace ours",
            check: HTTPCheck(
                tls: false, method: "POST",
                headers: [HTTPField("host", "x"), HTTPField("X-HealthCheck", "true")]),
            first: "POST / HTTP/1.1",
            lines: ["host: x", "X-HealthCheck: true", "Content-Length: 0"]),
    ])
    func theRequestSaysWhatTheCheckAsks(_ c: Case) throws {
        let plan = try ProbePlan(.http(c.check), address: c.address)
        let text = String(buffer: plan.request)
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.first == c.first)
        #expect(lines.suffix(2) == ["", ""])
        for line in c.lines { #expect(lines.contains(line)) }
        #expect(lines.filter { $0.lowercased().hasPrefix("host:") }.count == 1)
        #expect((plan.tls != nil) == c.check.tls)
        #expect(plan.tls?.serverName == c.serverName)
    }

    @Test(arguments: [
        HTTPCheck(tls: false, method: "GET /"), HTTPCheck(tls: false, method: ""),
        HTTPCheck(tls: false, path: "/a b"), HTTPCheck(tls: false, path: "/\r\nX: y"),
        HTTPCheck(tls: false, host: "a\r\nX: y"),
        HTTPCheck(tls: false, headers: [HTTPField("a b", "c")]),
        HTTPCheck(tls: false, headers: [HTTPField("a", "b\nc")]),
    ])
    func textThatWouldBreakTheRequestIsRefused(check: HTTPCheck) {
        #expect(throws: ProbePlanError.self) { try ProbePlan(.http(check), address: .v4(1)) }
    }
}
