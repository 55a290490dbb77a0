import Foundation

extension Site {
    /// Asks this site's server with dig; a name without a final dot is one of example.com.
    func dig(
        _ question: String, _ path: Path = .udp4, options: [String] = []
    ) async throws -> Dig {
        var words = question.split(separator: " ").map(String.init)
        if words[0] == "@" {
            words[0] = "example.com."
        } else if !words[0].hasSuffix(".") {
            words[0] += ".example.com."
        }
        // Options of dig itself, as `-x`, are not needed; a type is.
        return try await EndToEndTests.dig(
            words.joined(separator: " "), at: path.address, port: port,
            options: [path.option] + options)
    }

    /// Waits until the addresses of a name are those of some regions.
    func name(_ name: String, becomes regions: [Region]) async throws {
        let wanted = regions.map(address).sorted()
        try await eventually("\(name) is answered with \(regions)") {
            try await dig("\(name) A").data == wanted
        }
    }

    // MARK: Control

    /// Asks the HTTP API with curl.
    func http(
        _ method: String, _ path: String, body: String? = nil
    ) async throws -> (code: Int, body: String) {
        try await curl(method, "http://127.0.0.1:\(controlPort)\(path)", body: body)
    }

    /// What the server says of itself.
    func status() async throws -> Status {
        let (code, body) = try await http("GET", "/v1/status")
        guard code == 200 else { throw Failure("/v1/status answered \(code): \(body)") }
        return try JSONDecoder().decode(Status.self, from: Data(body.utf8))
    }

    /// Waits until the server thinks so of a region's entry point, all its addresses.
    func verdict(of region: Region, becomes verdict: String) async throws {
        try await eventually("\(region) is \(verdict)") {
            let status = try await status()
            let endpoint = status.endpoints.first { $0.endpoint.hasSuffix(region.endpoint) }
            return endpoint?.addresses.allSatisfy { $0.verdict == verdict } ?? false
        }
    }

    /// Tells a canary what to do, as in `local/gone`.
    func tellCanary(_ region: Region, _ command: String) async throws {
        let (code, body) = try await curl(
            "PUT", "http://\(address(region)):\(canaryPort)/control/\(command)", body: nil)
        guard code == 200 else { throw Failure("the canary answered \(code): \(body)") }
    }

    private func curl(
        _ method: String, _ url: String, body: String?
    ) async throws -> (code: Int, body: String) {
        var arguments = ["-sS", "-m", "10", "-X", method, "-w", "\n%{http_code}", url]
        if let body { arguments += ["--data-binary", body] }
        let result = try await run("curl", arguments)
        guard result.exitCode == 0 else { throw Failure("\(method) \(url): \(result.log)") }
        var lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        let code = lines.popLast().flatMap { Int($0) } ?? 0
        return (code, lines.joined(separator: "\n"))
    }
}
