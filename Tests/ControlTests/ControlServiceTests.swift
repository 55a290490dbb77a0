import Control
import DNSWire
import Foundation
import Logging
import ServiceLifecycle
import Testing

struct ControlServiceTests {
    @Test func healthTellsThatThisProcessLives() async throws {
        try await withControl { client, plane in
            await plane.set(notReady: "no image")
            let reply = try await client.get("/healthz")
            #expect(reply.status == 200)
            #expect(reply.body == "ok\n")
            #expect(reply.headers["cache-control"] == "no-store")
        }
    }

    @Test func readinessTellsWhetherQueriesAreAnswered() async throws {
        try await withControl { client, plane in
            #expect(try await client.get("/readyz").status == 200)
            await plane.set(notReady: "no image is published yet")
            let reply = try await client.get("/readyz")
            #expect(reply.status == 503)
            #expect(reply.error == "not_ready: no image is published yet")
        }
    }

    @Test func metricsAreInPrometheusText() async throws {
        try await withControl { client, _ in
            let reply = try await client.get("/metrics")
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(
                reply.body
                    == "# HELP sterna_up Whether it is up\n# TYPE sterna_up gauge\nsterna_up 1\n")
        }
    }

    @Test func statusIsJSONThatReadsBack() async throws {
        try await withControl { client, plane in
            let reply = try await client.get("/v1/status")
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "application/json")
            let report = try JSONDecoder().decode(StatusReport.self, from: Data(reply.body.utf8))
            #expect(report == (await plane.status()))

            let endpoints = try await client.get("/v1/endpoints")
            let list = try JSONDecoder().decode(
                [String: [EndpointReport]].self, from: Data(endpoints.body.utf8))
            #expect(list == ["endpoints": report.endpoints])
        }
    }

    @Test func headHasNoBody() async throws {
        try await withControl { client, _ in
            let reply = try await client.send("HEAD", "/healthz")
            #expect(reply.status == 200)
            #expect(reply.body == "")
            #expect(reply.headers["content-length"] == "3")
        }
    }

    @Test(arguments: [
        ("GET", "/", 404, "unknown_path: there is nothing at this path"),
        ("GET", "/v1", 404, "unknown_path: there is nothing at this path"),
        ("PUT", "/v1/health", 405, "method_not_allowed: this path takes GET only"),
        ("PUT", "/v1/health/a/b/c", 404, "unknown_path: there is nothing at this path"),
        ("POST", "/healthz", 405, "method_not_allowed: this path takes GET only"),
        ("GET", "/v1/reload", 405, "method_not_allowed: this path takes POST only"),
        ("GET", "/v1/health/a", 405, "method_not_allowed: this path takes PUT only"),
        ("GET", "/%zz", 400, "bad_request: the path has a bad escape"),
    ])
    func otherRequestsAreRefused(
        _ method: String, _ path: String, _ status: Int, _ error: String
    ) async throws {
        try await withControl { client, _ in
            let reply = try await client.send(method, path)
            #expect(reply.status == status)
            #expect(reply.error == error)
            #expect((reply.headers["allow"] != nil) == (status == 405))
        }
    }

    @Test func reloadSaysWhatCameOfIt() async throws {
        try await withControl { client, plane in
            let good = try await client.send("POST", "/v1/reload")
            #expect(good.status == 200)
            #expect(good.object?["message"] as? String == "1 zone")
            await plane.failReloads()
            let bad = try await client.send("POST", "/v1/reload")
            #expect(bad.status == 409)
            #expect(bad.object?["findings"] as? [String] == ["z.yaml:1:1: wrong"])
            #expect(await plane.reloads == 2)
        }
    }

    @Test func pagesOfOtherSitesCannotReload() async throws {
        try await withControl { client, plane in
            let foreign = try await client.send(
                "POST", "/v1/reload", headers: ["Origin: http://attacker.example"])
            #expect(foreign.status == 403)
            let own = try await client.send(
                "POST", "/v1/reload", headers: ["Origin: http://127.0.0.1:\(client.port)"])
            #expect(own.status == 200)
            #expect(await plane.reloads == 1)
        }
    }

    @Test func hugeHeadersAreRefused() async throws {
        try await withControl { client, _ in
            let reply = try await client.send(
                "GET", "/healthz", headers: ["X: " + String(repeating: "a", count: 100_000)])
            #expect(reply.status == 400 || reply.status == 431)
            #expect(try await client.get("/healthz").status == 200)
        }
    }

    @Test func aPortInUseIsNamed() async throws {
        try await withControl { client, plane in
            let address = DNSWire.SocketAddress(address: .v4(0x7F00_0001), port: client.port)
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let second = controlService(listen: address, feeds: [], plane: plane, logger: logger)
            await #expect(throws: ControlStartError.inUse(address)) { try await second.run() }
            #expect(
                ControlStartError.inUse(address).description
                    == "control: 127.0.0.1:\(client.port) is in use")
        }
    }
}
