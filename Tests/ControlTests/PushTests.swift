import Control
import Health
import Testing

struct PushTests {
    private static let robots = PushFeed(name: "robots", token: "s3cret")
    private static let open = PushFeed(name: "open", token: nil)

    @Test func aPushIsHandedOnWithTheFeedsName() async throws {
        try await withControl(feeds: [PushTests.robots]) { client, plane in
            let body = """
                {"verdict": "unhealthy", "reason": "drill 12", "sequence": 7, "ttl": "5m"}
                """
            let reply = try await client.put("/v1/health/edge-us", body, token: "s3cret")
            #expect(reply.status == 200)
            #expect(reply.object?["endpoint"] as? String == "edge-us")
            #expect(
                await plane.reports == [
                    HealthReport(
                        endpoint: "edge-us", source: "robots", sequence: 7, verdict: .unhealthy,
                        reason: "drill 12", timeToLive: .seconds(300))
                ])
        }
    }

    @Test(arguments: [
        ("/v1/health/edge-us", "edge-us"),
        ("/v1/health/GSLB.example.com./edge-us", "gslb.example.com/edge-us"),
        ("/v1/health/gslb.example.com/edge%2Dus?x=1", "gslb.example.com/edge-us"),
    ])
    func thePathNamesTheEndpoint(_ path: String, _ endpoint: String) async throws {
        try await withControl(feeds: [PushTests.open]) { client, plane in
            let reply = try await client.put(
                path, "{\"verdict\": \"healthy\", \"source\": \"probe-1\"}")
            #expect(reply.status == 200)
            #expect(
                await plane.reports == [
                    HealthReport(endpoint: endpoint, source: "open/probe-1", verdict: .healthy)
                ])
        }
    }

    struct AccessCase: CustomTestStringConvertible {
        var testDescription: String
        var feeds: [PushFeed]
        var authorization: String?
        var status: Int
        var source: String?
        var error: String?
    }

    @Test(arguments: [
        AccessCase(
            testDescription: "no feed", feeds: [], status: 403,
            error: "no_push_feed: no feed takes pushes; declare one in sterna.yaml: "
                + "feeds: { NAME: { push: true, token: \"env:TOKEN\" } }"),
        AccessCase(
            testDescription: "no token", feeds: [robots], status: 401,
            error: "token_missing: a push needs 'Authorization: Bearer TOKEN'"),
        AccessCase(
            testDescription: "wrong token", feeds: [robots, open], authorization: "Bearer s3cre",
            status: 401, error: "token_wrong: no feed has this token"),
        AccessCase(
            testDescription: "longer token", feeds: [robots], authorization: "Bearer s3crets3cret",
            status: 401, error: "token_wrong: no feed has this token"),
        AccessCase(
            testDescription: "other scheme", feeds: [robots], authorization: "Basic s3cret",
            status: 401, error: "token_wrong: 'Authorization' must be 'Bearer TOKEN'"),
        AccessCase(
            testDescription: "an empty token", feeds: [open], authorization: "Bearer ", status: 401,
            error: "token_wrong: 'Authorization' must be 'Bearer TOKEN'"),
        AccessCase(
            testDescription: "right token", feeds: [open, robots], authorization: "bearer s3cret",
            status: 200, source: "robots"),
        AccessCase(
            testDescription: "the open feed", feeds: [robots, open], status: 200, source: "open"),
    ])
    func theTokenDecidesWhichFeedItIs(_ access: AccessCase) async throws {
        try await withControl(feeds: access.feeds) { client, plane in
            let reply = try await client.put(
                "/v1/health/e", "{\"verdict\": \"healthy\"}",
                headers: access.authorization.map { ["Authorization: \($0)"] } ?? [])
            #expect(reply.status == access.status)
            #expect(reply.error == access.error)
            #expect(await plane.reports.map(\.source) == (access.source.map { [$0] } ?? []))
            #expect((reply.headers["www-authenticate"] == "Bearer") == (access.status == 401))
        }
    }

    @Test(arguments: [
        (
            HealthRefusal.unknownEndpoint(suggestion: "edge-us"), 404,
            "unknown_endpoint: endpoint 'edge-ue' is not defined; did you mean 'edge-us'?"
        ),
        (
            .unknownEndpoint(suggestion: nil), 404,
            "unknown_endpoint: endpoint 'edge-ue' is not defined"
        ),
        (
            .olderSequence(known: 9), 409,
            "older_sequence: a report about 'edge-ue' with sequence 9 was taken before; send a higher one"
        ),
        (.invalid("no"), 400, "bad_request: no"),
        (.unavailable("disk full"), 503, "unavailable: disk full"),
    ])
    func refusalsHaveTheirStatus(
        _ refusal: HealthRefusal, _ status: Int, _ error: String
    ) async throws {
        try await withControl(feeds: [PushTests.open]) { client, plane in
            await plane.set(refusal: refusal)
            let reply = try await client.put("/v1/health/edge-ue", "{\"verdict\": \"healthy\"}")
            #expect(reply.status == status)
            #expect(reply.error == error)
        }
    }

    @Test func bodiesAreBounded() async throws {
        try await withControl(feeds: [PushTests.open]) { client, plane in
            let reason = String(repeating: "a", count: 70_000)
            let reply = try await client.put(
                "/v1/health/e", "{\"verdict\": \"healthy\", \"reason\": \"\(reason)\"}")
            #expect(reply.status == 413)
            #expect(reply.error == "too_large: the body is larger than 64 KiB")
            #expect(await plane.reports.isEmpty)
        }
    }

    @Test(arguments: ["PUT /v1/health/e", "GET /healthz", "PUT /v1/nothing"])
    func aBodyThatNeverEndsIsCutOff(_ request: String) async throws {
        try await withControl(feeds: [PushTests.open], bodyDeadline: .milliseconds(200)) {
            client, plane in
            // Without the deadline the server waits for 99 more bytes for 30 s, longer than the client does.
            let reply = try await client.raw(
                "\(request) HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
            #expect(!reply.contains("\"endpoint\""))
            #expect(await plane.reports.isEmpty)
            #expect(try await client.get("/healthz").status == 200)
        }
    }

    @Test func theBodyIsReadOnlyAfterTheToken() async throws {
        try await withControl(feeds: [PushTests.robots]) { client, _ in
            #expect(try await client.put("/v1/health/e", "rubbish").status == 401)
            let reply = try await client.put("/v1/health/e", "rubbish", token: "s3cret")
            #expect(reply.status == 400)
            #expect(reply.error == "bad_request: the body is not JSON")
        }
    }

    @Test(arguments: [
        ("", "the body is not JSON"), ("[]", "must be an object with 'verdict'"),
        ("3", "must be an object with 'verdict'"), ("{}", "'verdict' is missing"),
        ("{\"verdict\": 1}", "'verdict' must be 'healthy', 'degraded', 'unhealthy' or 'unknown'"),
        (
            "{\"verdict\": \"unchecked\"}",
            "'verdict' must be 'healthy', 'degraded', 'unhealthy' or 'unknown'"
        ),
        (
            "{\"verdict\": \"healthy\", \"reasn\": \"\"}",
            "unknown member 'reasn'; known: verdict, reason, sequence, source, ttl"
        ),
        (
            "{\"verdict\": \"healthy\", \"reason\": 1}",
            "'reason' must be text of at most 1024 bytes without control characters"
        ),
        (
            "{\"verdict\": \"healthy\", \"reason\": \"a\\nb\"}",
            "'reason' must be text of at most 1024 bytes without control characters"
        ),
        ("{\"verdict\": \"healthy\", \"source\": \"\"}", "'source' must not be empty"),
        (
            "{\"verdict\": \"healthy\", \"sequence\": -1}",
            "'sequence' must be an integer from 0 to 9223372036854775807"
        ),
        (
            "{\"verdict\": \"healthy\", \"sequence\": 1.5}",
            "'sequence' must be an integer from 0 to 9223372036854775807"
        ),
        (
            "{\"verdict\": \"healthy\", \"sequence\": true}",
            "'sequence' must be an integer from 0 to 9223372036854775807"
        ),
        (
            "{\"verdict\": \"healthy\", \"sequence\": 18446744073709551615}",
            "'sequence' must be an integer from 0 to 9223372036854775807"
        ),
        (
            "{\"verdict\": \"healthy\", \"ttl\": 0}",
            "'ttl' must be seconds or text such as \"5m\", above 0 and at most 30 days"
        ),
        (
            "{\"verdict\": \"healthy\", \"ttl\": \"31d\"}",
            "'ttl' must be seconds or text such as \"5m\", above 0 and at most 30 days"
        ),
        (
            "{\"verdict\": \"healthy\", \"ttl\": \"soon\"}",
            "'ttl' must be seconds or text such as \"5m\", above 0 and at most 30 days"
        ),
        (
            "{\"verdict\": \"healthy\", \"ttl\": 1e300}",
            "'ttl' must be seconds or text such as \"5m\", above 0 and at most 30 days"
        ),
    ])
    func mistakesInTheBodyAreNamed(_ json: String, _ message: String) throws {
        let error = #expect(throws: PushBodyError.self) { try PushBody(json: Array(json.utf8)) }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        ("30", Duration.seconds(30)), ("0.5", .milliseconds(500)),
        ("\"500ms\"", .milliseconds(500)),
        ("\"30s\"", .seconds(30)), ("\"5m\"", .seconds(300)), ("\"2h\"", .seconds(7200)),
        ("\"30d\"", .seconds(30 * 86_400)),
    ])
    func timesToLiveHaveManyForms(_ json: String, _ duration: Duration) throws {
        let body = try PushBody(json: Array("{\"verdict\": \"degraded\", \"ttl\": \(json)}".utf8))
        #expect(body.timeToLive == duration)
    }

    @Test func sequencesKeepAllTheirDigits() throws {
        let body = try PushBody(
            json: Array("{\"verdict\": \"unknown\", \"sequence\": 9223372036854775807}".utf8))
        #expect(body.sequence == 9_223_372_036_854_775_807)
        #expect(body.verdict == .unknown)
    }

    @Test func nestedBodiesDoNotEndTheProcess() {
        let json = String(repeating: "[", count: 60_000)
        #expect(throws: PushBodyError.self) { try PushBody(json: Array(json.utf8)) }
    }
}
