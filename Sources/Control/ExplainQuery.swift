/// A request for an explanation, as its words came in.
package struct ExplainQuery: Sendable, Hashable {
    package var name: String
    /// Nil: A.
    package var type: String?
    /// An address or a network.
    package var client: String?
    /// `TARGET=STATE` each.
    package var with: [String]
    /// A moment other than now.
    package var at: String?

    package init(
        name: String, type: String? = nil, client: String? = nil, with: [String] = [],
        at: String? = nil
    ) {
        self.name = name
        self.type = type
        self.client = client
        self.with = with
        self.at = at
    }
}

/// Why something cannot be explained, in one sentence.
package struct ExplainRefusal: Error, Sendable, Hashable {
    package var message: String
    /// Whether the request is fine and the server is not.
    package var isUnavailable: Bool

    package init(_ message: String, isUnavailable: Bool = false) {
        self.message = message
        self.isUnavailable = isUnavailable
    }
}
