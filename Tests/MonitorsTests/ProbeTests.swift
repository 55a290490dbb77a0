import Canary
import DNSWire
import Health
import Monitors
import NIOSSL
import Testing
import Verdicts

/// Probes over loopback: what passes, what fails, and with which words.
@Suite(.timeLimit(.minutes(2))) struct ProbeTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var check: @Sendable (UInt16) -> CheckDefinition
        var verdict: Verdict
        var reason: String

        init(
            _ testDescription: String, _ verdict: Verdict, _ reason: String,
            check: @escaping @Sendable (UInt16) -> CheckDefinition
        ) {
            self.testDescription = testDescription
            self.verdict = verdict
            self.reason = reason
            self.check = check
        }
    }

    /// The verdict and reason of the first round.
    private func probe(
        _ check: CheckDefinition, timeout: Duration = .seconds(20),
        options: MonitorSet.Options = MonitorSet.Options()
    ) async throws -> (verdict: String, reason: String) {
        let bench = Bench()
        let target = MonitorTarget.test(
            "edge", check, interval: max(timeout, .seconds(1)), timeout: timeout)
        return try await withMonitors([target], bench: bench, options: options) { _ in
            let status = try await bench.wait("edge") { $0.verdict != "unknown" }
            return (status.verdict, status.reason)
        }
    }

    @Test(arguments: [
        Case("TCP", .healthy, "connected") { .tcp(port: $0) },
        Case("HTTP", .healthy, "status 200") { .http(HTTPCheck(tls: false, port: $0)) },
        Case("another status", .healthy, "status 418") {
            .http(HTTPCheck(tls: false, port: $0, path: "/status/418", statuses: [418...418]))
        },
        Case("a bad status", .unhealthy, "status 503") {
            .http(HTTPCheck(tls: false, port: $0, path: "/status/503"))
        },
        Case("text in the body", .healthy, "status 200") {
            .http(HTTPCheck(tls: false, port: $0, bodyContains: #""name":"test""#))
        },
        Case("text not in the body", .unhealthy, "body does not contain 'NAME'") {
            .http(HTTPCheck(tls: false, port: $0, bodyContains: "NAME"))
        },
        Case("HEAD", .healthy, "status 200") {
            .http(HTTPCheck(tls: false, port: $0, method: "HEAD"))
        },
        Case("TLS to a plain server", .unhealthy, "TLS: ") {
            .http(HTTPCheck(tls: true, port: $0))
        },
        Case("a request that cannot be sent", .unhealthy, "cannot be probed: the path has") {
            .http(HTTPCheck(tls: false, port: $0, path: "/a b"))
        },
    ])
    func plainProbes(_ c: Case) async throws {
        try await withCanary { _, port in
            let found = try await probe(c.check(port))
            #expect(found.verdict == c.verdict.description)
            #expect(found.reason.hasPrefix(c.reason), "\(found.reason)")
        }
    }

    @Test func tlsProbesVerifyWhenAsked() async throws {
        let folder = try TemporaryFolder()
        let files = try folder.makeCertificate()
        var trusting = MonitorSet.Options()
        trusting.trustRoots = .file(files.certificate)
        try await withCanary(tls: files) { _, port in
            func check(_ name: String?, verify: Bool) -> CheckDefinition {
                .http(HTTPCheck(tls: true, port: port, host: name, verifyCertificate: verify))
            }
            let unverified = try await probe(check(nil, verify: false))
            #expect(unverified == ("healthy", "status 200"))
            let untrusted = try await probe(check("canary.example.com", verify: true))
            #expect(untrusted == ("unhealthy", "TLS: the certificate is not trusted"))
            let trusted = try await probe(
                check("canary.example.com", verify: true), options: trusting)
            #expect(trusted == ("healthy", "status 200"))
            let other = try await probe(check("www.example.com", verify: true), options: trusting)
            #expect(other == ("unhealthy", "TLS: the certificate is not valid for this name"))
            let plain = try await probe(.http(HTTPCheck(tls: false, port: port)))
            #expect(plain.verdict == "unhealthy")
        }
    }

    @Test func nobodyListens() async throws {
        let silent = try BoundSocket()
        let port = silent.port
        for check in [CheckDefinition.tcp(port: port), .http(HTTPCheck(tls: false, port: port))] {
            let found = try await probe(check)
            #expect(found == ("unhealthy", "connect refused"))
        }
        withExtendedLifetime(silent) {}
    }

    @Test(arguments: [false, true])
    func aMutedServerTimesOut(tls: Bool) async throws {
        let folder = try TemporaryFolder()
        try await withCanary(tls: tls ? folder.makeCertificate() : nil) { canary, port in
            canary.turn(.mute)
            let found = try await probe(
                .http(HTTPCheck(tls: tls, port: port)), timeout: .milliseconds(250))
            #expect(found == ("unhealthy", "timed out after 250ms"))
        }
    }

    @Test func aTLSHandshakeThatNeverComesTimesOut() async throws {
        try await withRawServer(saying: "", closing: false) { port in
            let found = try await probe(
                .http(HTTPCheck(tls: true, port: port)), timeout: .milliseconds(250))
            #expect(found == ("unhealthy", "timed out after 250ms"))
        }
    }

    struct Rubbish: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var text: String
        var closing = false
        var reason: String
    }

    @Test(arguments: [
        Rubbish(
            testDescription: "nothing", text: "", closing: true,
            reason: "connection closed without a response"),
        Rubbish(
            testDescription: "half a head", text: "HTTP/1.1 200 OK\r\n", closing: true,
            reason: "connection closed before the response was complete"),
        Rubbish(
            testDescription: "mail", text: "220 mail.example.com ESMTP\r\n",
            reason: "not an HTTP response"),
        Rubbish(
            testDescription: "zeros", text: "\u{0}".repeated(9), reason: "not an HTTP response"),
        Rubbish(
            testDescription: "endless headers",
            text: "HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeated(10_000),
            reason: "header block longer than 16384 bytes"),
        Rubbish(
            testDescription: "a huge body",
            text: "HTTP/1.1 200 OK\r\n\r\n" + "x".repeated(1_000_000),
            reason: "body does not contain 'y'"),
    ])
    func rubbishFails(_ c: Rubbish) async throws {
        try await withRawServer(saying: c.text, closing: c.closing) { port in
            let check = HTTPCheck(tls: false, port: port, bodyContains: "y")
            let found = try await probe(.http(check))
            #expect(found.verdict == "unhealthy")
            // A server that closes with our request unread resets the connection.
            #expect(found.reason == c.reason || c.closing && found.reason == "connection reset")
        }
    }
}
