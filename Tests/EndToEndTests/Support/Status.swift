/// What the tests read of `GET /v1/status`.
struct Status: Decodable, Sendable {
    struct Answering: Decodable, Sendable {
        var pid: Int32?
        var running: Bool
        var workers: Int
        var restarts: Int
    }

    struct Zone: Decodable, Sendable {
        var origin: String
        var serial: UInt32
        var names: Int
        var steered: Int
    }

    struct Endpoint: Decodable, Sendable {
        var endpoint: String
        var addresses: [Address]
    }

    struct Address: Decodable, Sendable, Hashable {
        var address: String
        var verdict: String
        var reason: String
        var source: String
        var since: String?
        var share: Double?
        var held: Bool?
    }

    struct Cluster: Decodable, Sendable {
        var cluster: String
        var load: Double?
        var share: Double
    }

    struct Brake: Decodable, Sendable {
        var held: Int
        var probed: Int
        var since: String?
    }

    struct Feed: Decodable, Sendable {
        var name: String
        var problem: String?
        var silent: String?
    }

    struct Host: Decodable, Sendable {
        var host: String
        var addresses: [String]
        var problem: String?
    }

    struct Reload: Decodable, Sendable {
        var ok: Bool
        var message: String
    }

    var pid: Int32
    var imageGeneration: UInt64
    var answering: Answering
    var zones: [Zone]
    var endpoints: [Endpoint]
    var feeds: [Feed]
    var hosts: [Host]
    var lastReload: Reload?
    var clusters: [Cluster]
    var brake: Brake?

    /// Everything about an address of an endpoint; its first one, where none is named.
    func address(_ endpoint: String, _ address: String? = nil) -> Address? {
        endpoints.first { $0.endpoint == "example.com/\(endpoint)" }?.addresses
            .first { address == nil || $0.address == address }
    }

    /// How much of its traffic a cluster of the platform takes.
    func share(ofCluster key: String) -> Double? { clusters.first { $0.cluster == key }?.share }

    /// The verdict on the first address of an endpoint.
    func verdict(_ endpoint: String) -> String { address(endpoint)?.verdict ?? "not defined" }

    /// What is wrong with a feed.
    func problem(ofFeed name: String) -> String? { feeds.first { $0.name == name }?.problem }
}
