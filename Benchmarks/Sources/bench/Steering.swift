import Load

/// The steered names of `gslb.test`, which each server is told in its own words.
///
/// `w0` to `w999` are weighted over three endpoints, `b0` to `b999` over sixty, `f0` to `f999` are the first of
/// three that is healthy, `switch` is the first of two that is healthy. All names share the endpoints, which all have a verdict.
enum Steering {
    static let origin = "gslb.test"
    static let names = 1000
    static let endpoints = 60
    static let ttl = 60
    /// The name that moves when endpoint 1 fails, and where to.
    static let switching = "switch"
    static let primary = address(1)
    static let secondary = address(2)

    /// 198.51.100.1 to 198.51.100.60.
    static func address(_ endpoint: Int) -> UInt32 { 0xC633_6400 + UInt32(endpoint) }

    /// A weight from 1 to 20, different from name to name.
    static func weight(name: Int, endpoint: Int) -> Int { (name * 7 + endpoint * 13) % 20 + 1 }

    /// Weighted names with the number of their endpoints.
    static var weighted: [(name: String, number: Int, endpoints: Int)] {
        (0..<names).map { ("w\($0)", $0, 3) } + (0..<names).map { ("b\($0)", $0, 60) }
    }

    static func questions(prefix: String, endpoints: Int) -> [Question] {
        (0..<names).map {
            Question(
                "\(prefix)\($0).\(origin)", .a,
                .addresses(from: address(1), count: UInt32(endpoints), answers: 1))
        }
    }

    /// Three endpoints in order, different from name to name; `f0` to `f999`.
    static var failovers: [(name: String, endpoints: [Int])] {
        (0..<names).map { number in
            ("f\(number)", (0..<3).map { (number + $0 * 20) % endpoints + 1 })
        }
    }

    static var failoverQuestions: [Question] {
        failovers.map { name, endpoints in
            Question(
                "\(name).\(origin)", .a,
                .addresses(from: address(endpoints[0]), count: 1, answers: 1))
        }
    }

    static let switchQuestion = Question(
        "\(switching).\(origin)", .a, .addresses(from: address(1), count: 2, answers: 1))
}
