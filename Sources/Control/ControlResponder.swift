import DNSWire
import Foundation
import Hummingbird
import Logging
import NIOCore

/// Answers the requests of the API.
///
///     GET  /healthz                       this process lives
///     GET  /readyz                        queries are answered
///     GET  /metrics                       Prometheus text
///     GET  /v1/status, /v1/endpoints      JSON
///     GET  /v1/health                     endpoints, clusters, feeds and the brake
///     GET  /v1/explain                    why a question is answered as it is
///     PUT  /v1/health/[ZONE/]ENDPOINT     a verdict
///     PUT  /v1/load/[ZONE/]CLUSTER        a load
///     POST /v1/brake/confirm, .../release from loopback only
///     POST /v1/failback/[ZONE/]NAME       from loopback only; `?type=A` or `?type=AAAA`
///     POST /v1/reload                     from loopback only
struct ControlResponder<Plane: ControlPlane>: HTTPResponder {
    typealias Context = ControlContext

    let plane: Plane
    let authority: PushAuthority
    let logger: Logger
    /// Time from the head of a request to the end of its body; the connection is closed then.
    let bodyDeadline: TimeAmount

    /// One path and what may be done with it.
    private struct Route {
        let method: HTTPRequest.Method
        let handle: (Exchange) async throws -> Response
    }

    /// A request and what its handler needs beside it.
    private struct Exchange {
        let request: Request
        let peer: IPAddress?
        /// Closes the connection of a client that sends its body too slowly; nil: there is no body.
        let deadline: Scheduled<Void>?
    }

    func respond(to request: Request, context: ControlContext) async throws -> Response {
        let deadline = deadline(request, context.channel)
        do {
            let path = try segments(of: request.uri.path)
            guard let route = route(path) else {
                throw ControlError(.notFound, "unknown_path", "there is nothing at this path")
            }
            let isHead = request.method == .head && route.method == .get
            guard request.method == route.method || isHead else {
                return Reply.error(
                    ControlError(
                        .methodNotAllowed, "method_not_allowed",
                        "this path takes \(route.method.rawValue) only"),
                    allow: route.method)
            }
            let exchange = Exchange(
                request: request, peer: context.peer, deadline: deadline)
            let response = try await route.handle(exchange)
            return isHead ? response.createHeadResponse() : response
        } catch let error as ControlError {
            return Reply.error(error)
        } catch is NIOTooManyBytesError {
            return Reply.error(
                ControlError(.contentTooLarge, "too_large", "the body is larger than 64 KiB"),
                close: true)
        }
    }

    /// Also bounds bodies that nobody wants: the server reads on to the next request, however slowly it comes.
    private func deadline(_ request: Request, _ channel: any Channel) -> Scheduled<Void>? {
        let length = request.headers[.contentLength]
        guard request.headers[.transferEncoding] != nil || (length ?? "0") != "0" else {
            return nil
        }
        return channel.eventLoop.scheduleTask(in: bodyDeadline) { channel.close(promise: nil) }
    }

    private func route(_ path: [String]) -> Route? {
        switch path {
        case ["healthz"]: Route(method: .get) { _ in Reply.text(.ok, "ok\n") }
        case ["readyz"]: Route(method: .get) { _ in await readiness() }
        case ["metrics"]:
            Route(method: .get) { _ in
                Reply.text(
                    .ok, MetricText.render(await plane.metrics()), type: MetricText.contentType)
            }
        case ["v1", "status"]: Route(method: .get) { _ in Reply.json(.ok, await plane.status()) }
        case ["v1", "endpoints"]:
            Route(method: .get) { _ in
                Reply.json(.ok, ["endpoints": await plane.status().endpoints])
            }
        case ["v1", "health"]:
            Route(method: .get) { _ in Reply.json(.ok, HealthView(await plane.status())) }
        case ["v1", "brake", "confirm"]:
            Route(method: .post) { try await endBrake($0, .confirm) }
        case ["v1", "brake", "release"]:
            Route(method: .post) { try await endBrake($0, .release) }
        case ["v1", "explain"]: Route(method: .get) { try await explain($0) }
        case ["v1", "reload"]: Route(method: .post) { try await reload($0) }
        default:
            if path.starts(with: ["v1", "health"]), (3...4).contains(path.count) {
                Route(method: .put) { try await push($0, path: Array(path.dropFirst(2))) }
            } else if path.starts(with: ["v1", "load"]), (3...4).contains(path.count) {
                Route(method: .put) { try await pushLoad($0, path: Array(path.dropFirst(2))) }
            } else if path.starts(with: ["v1", "failback"]), (3...4).contains(path.count) {
                Route(method: .post) { try await failBack($0, path: Array(path.dropFirst(2))) }
            } else {
                nil
            }
        }
    }

    /// The decoded parts of a path; an escaped slash stays within its part.
    private func segments(of path: String) throws(ControlError) -> [String] {
        guard path.utf8.count <= 2048 else {
            throw ControlError(.uriTooLong, "path_too_long", "the path is longer than 2048 bytes")
        }
        var result: [String] = []
        for part in path.split(separator: "/") {
            guard let text = String(part).removingPercentEncoding else {
                throw .badRequest("the path has a bad escape")
            }
            result.append(text)
        }
        return result
    }

    // MARK: Handlers

    private func readiness() async -> Response {
        guard let reason = await plane.readiness() else { return Reply.text(.ok, "ready\n") }
        return Reply.error(ControlError(.serviceUnavailable, "not_ready", reason))
    }

    private func explain(_ exchange: Exchange) async throws -> Response {
        let words = exchange.request.uri.queryParameters
        guard let name = words["name"] else {
            throw ControlError.badRequest("give ?name=NAME, and perhaps type, client, with, at")
        }
        for (key, _) in words where !["name", "type", "client", "with", "at"].contains(key) {
            throw ControlError.badRequest(
                "'\(key)' is not known: name, type, client, with and at are")
        }
        let query = ExplainQuery(
            name: String(name), type: words["type"].map(String.init),
            client: words["client"].map(String.init), with: words[values: "with"].map(String.init),
            at: words["at"].map(String.init))
        do throws(ExplainRefusal) {
            return Reply.json(.ok, try await plane.explain(query))
        } catch {
            throw error.isUnavailable
                ? ControlError(.serviceUnavailable, "unavailable", error.message)
                : ControlError.badRequest(error.message)
        }
    }

    private func reload(_ exchange: Exchange) async throws -> Response {
        try refuseAllButOperators(exchange, "a reload")
        let outcome = await plane.reload()
        return Reply.json(outcome.succeeded ? .ok : .conflict, outcome)
    }

    private func endBrake(_ exchange: Exchange, _ action: BrakeAction) async throws -> Response {
        try refuseAllButOperators(exchange, "an operator's word")
        return Reply.json(.ok, await plane.endBrake(action))
    }

    private func failBack(_ exchange: Exchange, path: [String]) async throws -> Response {
        try refuseAllButOperators(exchange, "a failback")
        let owner = path.joined(separator: "/")
        guard owner.utf8.count <= 1004 else {
            throw ControlError.badRequest("an owner is NAME or ZONE/NAME")
        }
        var family: Int?
        switch exchange.request.uri.queryParameters["type"].map(String.init) {
        case nil: break
        case "A", "a": family = 4
        case "AAAA", "aaaa": family = 6
        default: throw ControlError.badRequest("'type' must be A or AAAA")
        }
        let report: FailbackReport
        do throws(FailbackRefusal) {
            report = try await plane.failBack(owner, family: family)
        } catch .unknown(let suggestion) {
            let ending = suggestion.map { "; did you mean '\($0)'?" } ?? ""
            throw ControlError(
                .notFound, "unknown_owner",
                "'\(owner)' has no failover that holds anything back\(ending)")
        }
        return Reply.json(.ok, report)
    }

    /// What only somebody on this machine may do.
    private func refuseAllButOperators(
        _ exchange: Exchange, _ what: String
    ) throws(ControlError) {
        try refuseWebPages(exchange.request)
        guard exchange.peer?.isLoopback == true else {
            throw ControlError(.forbidden, "loopback_only", "\(what) is taken from loopback only")
        }
    }

    /// Whose push it is, and its body.
    private func pushed<Body>(
        _ exchange: Exchange, _ read: ([UInt8]) throws(PushBodyError) -> Body
    ) async throws -> (PushFeed, Body) {
        try refuseWebPages(exchange.request)
        let feed = try authority.feed(
            authorization: exchange.request.headers[.authorization], peer: exchange.peer)
        let buffer = try await exchange.request.body.collect(upTo: PushBody.maximumBytes)
        exchange.deadline?.cancel()
        do {
            return (feed, try read(Array(buffer.readableBytesView)))
        } catch {
            throw ControlError.badRequest("\(error)")
        }
    }

    private func pushLoad(_ exchange: Exchange, path: [String]) async throws -> Response {
        let (feed, body) = try await pushed(exchange) { bytes throws(PushBodyError) in
            try LoadBody(json: bytes)
        }
        let cluster = try key(path, of: "a cluster")
        let load = ClusterLoad(
            cluster: cluster, source: body.source.map { "\(feed.name)/\($0)" } ?? feed.name,
            sequence: body.sequence, load: body.load, timeToLive: body.timeToLive)
        do throws(ClusterLoadRefusal) {
            try await plane.accept(load)
        } catch {
            throw ControlError(error, cluster: cluster)
        }
        return Reply.json(.ok, ["cluster": cluster, "source": load.source])
    }

    private func push(_ exchange: Exchange, path: [String]) async throws -> Response {
        let (feed, body) = try await pushed(exchange) { bytes throws(PushBodyError) in
            try PushBody(json: bytes)
        }
        let endpoint = try key(path, of: "an endpoint")
        let report = HealthReport(
            endpoint: endpoint, source: body.source.map { "\(feed.name)/\($0)" } ?? feed.name,
            sequence: body.sequence, verdict: body.verdict, reason: body.reason,
            timeToLive: body.timeToLive)
        do throws(HealthRefusal) {
            try await plane.accept(report)
        } catch {
            throw ControlError(error, endpoint: endpoint)
        }
        logger.info(
            "verdict accepted",
            metadata: [
                "endpoint": "\(endpoint)", "source": "\(report.source)",
                "verdict": "\(report.verdict)",
            ])
        return Reply.json(.ok, PushReply(endpoint: endpoint, source: report.source))
    }

    /// `edge-us`, or `gslb.example.com/edge-us` in lower case without the final dot.
    private func key(_ path: [String], of thing: String) throws(ControlError) -> String {
        guard let name = path.last, let first = path.first,
            path.allSatisfy({ !$0.contains("/") && $0.utf8.count <= 1004 })
        else { throw .badRequest("\(thing) is NAME or ZONE/NAME") }
        guard path.count == 2 else { return name }
        let zone = first.hasSuffix(".") && first != "." ? String(first.dropLast()) : first
        return "\(zone.lowercased())/\(name)"
    }

    /// Keeps pages that a browser on this machine shows from changing anything (cross-site requests).
    private func refuseWebPages(_ request: Request) throws(ControlError) {
        guard let origin = request.headers[.origin] else { return }
        let own = request.head.authority.map { ["http://\($0)", "https://\($0)"] } ?? []
        guard own.contains(origin) else {
            throw ControlError(
                .forbidden, "cross_site", "requests from other sites' pages are refused")
        }
    }
}

/// The body of an accepted push.
struct PushReply: Codable {
    var endpoint: String
    var source: String
}
