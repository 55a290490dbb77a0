import Control
import Foundation
import Testing

struct ExplainTests {
    @Test func wordsOfTheQueryArriveDecoded() async throws {
        try await withControl { client, plane in
            let reply = try await client.get(
                "/v1/explain?name=shop.example.com&type=AAAA&client=2001%3Adb8%3A%3A%2F56"
                    + "&with=edge-us%3Ddown&with=cluster%3Aeu%3Ddrained&at=%2B10m")
            #expect(reply.status == 200)
            #expect(reply.body == "{\"name\":\"shop.example.com\"}\n")
            #expect(
                await plane.explained == [
                    ExplainQuery(
                        name: "shop.example.com", type: "AAAA", client: "2001:db8::/56",
                        with: ["edge-us=down", "cluster:eu=drained"], at: "+10m")
                ])
        }
    }

    @Test(arguments: [
        ("/v1/explain", "bad_request: give ?name=NAME, and perhaps type, client, with, at"),
        (
            "/v1/explain?name=a&colour=red",
            "bad_request: 'colour' is not known: name, type, client, with and at are"
        ),
        ("/v1/explain?name=wrong", "bad_request: 'wrong' is no name"),
    ])
    func wrongRequestsAreExplained(_ path: String, _ error: String) async throws {
        try await withControl { client, _ in
            let reply = try await client.get(path)
            #expect(reply.status == 400)
            #expect(reply.error == error)
        }
    }
}
