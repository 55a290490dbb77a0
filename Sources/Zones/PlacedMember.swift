/// A place on the globe in degrees, north and east positive.
package struct Coordinates: Hashable, Sendable {
    /// −90…90.
    package var latitude: Double
    /// −180…180.
    package var longitude: Double

    package init(latitude: Double, longitude: Double) {
        self.latitude = latitude
        self.longitude = longitude
    }
}

/// A member of `proximity` or `latency`: a policy, and what is told about where it is.
///
/// What is not told here the clusters of its endpoints tell.
package struct PlacedMember: Sendable {
    package var member: PolicyDefinition
    /// Percent by which a `proximity` node takes the way to it for shorter, or for longer where negative;
    /// see `biasRange`.
    package var bias: Int
    package var location: Coordinates?
    /// What rows of a table of latencies call it: a cluster or a region.
    package var region: String?
    /// Whether clients of whom nothing is known try it first.
    package var isDefault: Bool
    package var position: SourcePosition

    package static let biasRange = -99...99

    package init(
        _ member: PolicyDefinition, bias: Int = 0, location: Coordinates? = nil,
        region: String? = nil, isDefault: Bool = false, position: SourcePosition
    ) {
        self.member = member
        self.bias = bias
        self.location = location
        self.region = region
        self.isDefault = isDefault
        self.position = position
    }
}

extension ClusterDefinition {
    /// Where it lies; nil where its definition does not tell.
    package var coordinates: Coordinates? {
        guard let latitude, let longitude else { return nil }
        return Coordinates(latitude: latitude, longitude: longitude)
    }
}
