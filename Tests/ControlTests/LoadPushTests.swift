import Control
import Foundation
import Testing

/// Loads of clusters, the brake, and the view of health.
struct LoadPushTests {
    private static let robots = PushFeed(name: "robots", token: "s3cret")
    private static let open = PushFeed(name: "open", token: nil)

    @Test(arguments: [
        (
            "/v1/load/us-east", #"{"load": 130, "sequence": 9, "ttl": "30s"}"#,
            ClusterLoad(
                cluster: "us-east", source: "open", sequence: 9, load: 130,
                timeToLive: .seconds(30))
        ),
        (
            "/v1/load/GSLB.example.com./us-east", #"{"load": 0.5, "source": "probe-1"}"#,
            ClusterLoad(cluster: "gslb.example.com/us-east", source: "open/probe-1", load: 0.5)
        ),
    ])
    func aLoadIsHandedOn(_ path: String, _ body: String, _ load: ClusterLoad) async throws {
        try await withControl(feeds: [LoadPushTests.open]) { client, plane in
            let reply = try await client.put(path, body)
            #expect(reply.status == 200)
            #expect(reply.object?["cluster"] as? String == load.cluster)
            #expect(reply.object?["source"] as? String == load.source)
            #expect(await plane.loads == [load])
        }
    }

    @Test func aLoadNeedsTheFeedsToken() async throws {
        try await withControl(feeds: [LoadPushTests.robots]) { client, plane in
            #expect(try await client.put("/v1/load/us-east", #"{"load": 1}"#).status == 401)
            let reply = try await client.put("/v1/load/us-east", #"{"load": 1}"#, token: "s3cret")
            #expect(reply.status == 200)
            #expect(await plane.loads.map(\.source) == ["robots"])
        }
    }

    @Test(arguments: [
        ("", "the body is not JSON"), ("[]", "must be an object with 'load'"),
        ("{}", "'load' is missing"), (#"{"load": "9"}"#, "'load' must be a number from 0 on"),
        (#"{"load": true}"#, "'load' must be a number from 0 on"),
        (#"{"load": -1}"#, "'load' must be a number from 0 on"),
        (
            #"{"load": 1, "verdict": "healthy"}"#,
            "unknown member 'verdict'; known: load, sequence, source, ttl"
        ),
        (#"{"load": 1, "source": ""}"#, "'source' must not be empty"),
        (
            #"{"load": 1, "ttl": 0}"#,
            "'ttl' must be seconds or text such as \"5m\", above 0 and at most 30 days"
        ),
    ])
    func badBodiesAreRefused(_ body: String, _ message: String) async throws {
        try await withControl(feeds: [LoadPushTests.open]) { client, plane in
            let reply = try await client.put("/v1/load/us-east", body)
            #expect(reply.status == 400)
            #expect(reply.error == "bad_request: \(message)")
            #expect(await plane.loads.isEmpty)
        }
    }

    @Test(arguments: [
        (
            ClusterLoadRefusal.unknownCluster(suggestion: "us-east"), 404,
            "unknown_cluster: cluster 'us-eas' is not defined; did you mean 'us-east'?"
        ),
        (
            .olderSequence(known: 9), 409,
            "older_sequence: a load of 'us-eas' with sequence 9 was taken before; send a higher one"
        ),
        (.invalid("no"), 400, "bad_request: no"), (.unavailable("full"), 503, "unavailable: full"),
    ])
    func refusalsSayWhy(
        _ refusal: ClusterLoadRefusal, _ status: Int, _ error: String
    ) async throws {
        try await withControl(feeds: [LoadPushTests.open]) { client, plane in
            await plane.set(loadRefusal: refusal)
            let reply = try await client.put("/v1/load/us-eas", #"{"load": 1}"#)
            #expect(reply.status == status)
            #expect(reply.error == error)
        }
    }

    @Test(arguments: BrakeAction.allCases)
    func anOperatorEndsWhatTheBrakeHolds(_ action: BrakeAction) async throws {
        try await withControl { client, plane in
            #expect(try await client.get("/v1/brake/\(action)").status == 405)
            let reply = try await client.send("POST", "/v1/brake/\(action)")
            #expect(reply.status == 200)
            #expect(reply.object?["held"] as? Int == 12)
            #expect(await plane.brakeActions == [action])
        }
    }

    @Test func healthIsAPartOfTheStatus() async throws {
        try await withControl { client, plane in
            let reply = try await client.get("/v1/health")
            #expect(reply.status == 200)
            #expect(reply.object?.keys.sorted() == ["brake", "clusters", "endpoints", "feeds"])
            let cluster = (reply.object?["clusters"] as? [[String: Any]])?.first
            #expect(cluster?["share"] as? Double == 0.75)
            #expect((reply.object?["brake"] as? [String: Any])?["probed"] as? Int == 4)
        }
    }
}
