package import Health

/// An operator's word about one endpoint, with what history needs to know of it.
package struct AppliedOverride: Hashable, Sendable {
    package var override: Override
    package var owner: String
    package var reason: String
    /// When it was given, in Unix seconds.
    package var since: Int64
    /// When it ends by itself, in Unix seconds; nil: it stays until it is taken back.
    package var expires: Int64?

    package init(
        _ override: Override, owner: String = "", reason: String = "", since: Int64,
        expires: Int64? = nil
    ) {
        self.override = override
        self.owner = owner
        self.reason = reason
        self.since = since
        self.expires = expires
    }
}
