import Control
import Testing

struct FeedFileTests {
    @Test func theExampleLoads() throws {
        let json = """
            {"endpoints": {"edge-us": {"verdict": "unhealthy", "reason": "drill 12", "sequence": 7},
                           "z.example/a": {"verdict": "healthy"}, "bad": {"verdict": "dead"}, "worse": 1}}
            """
        let file = try FeedFile(json: Array(json.utf8))
        #expect(file.reports.keys.sorted() == ["edge-us", "z.example/a"])
        #expect(file.reports["edge-us"]?.sequence == 7)
        #expect(file.reports["edge-us"]?.reason == "drill 12")
        #expect(
            file.problems == [
                "endpoint 'bad': 'verdict' must be 'healthy', 'degraded', 'unhealthy' or 'unknown'",
                "endpoint 'worse': must be an object with 'verdict'",
            ])
    }

    @Test(arguments: [
        ("", "the file is not JSON"), ("{\"endpoints\": {", "the file is not JSON"),
        ("[]", "the file must be an object with an object 'endpoints'"),
        ("{}", "the file must be an object with an object 'endpoints'"),
        ("{\"endpoints\": {}, \"x\": 1}", "unknown member 'x'; known: endpoints"),
    ])
    func otherFilesAreRefused(_ json: String, _ message: String) {
        let error = #expect(throws: PushBodyError.self) { try FeedFile(json: Array(json.utf8)) }
        #expect(error?.description == message)
    }
}
