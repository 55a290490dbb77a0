import Glibc

/// A place on the globe, as a point on the unit sphere: distances are then cheap.
package struct GlobePoint: Hashable, Sendable {
    private let x: Double
    private let y: Double
    private let z: Double

    /// Mean radius of the Earth in metres (IUGG).
    package static let radius = 6_371_008.8

    /// - Parameters: degrees, north and east positive.
    package init(latitude: Double, longitude: Double) {
        let (latitude, longitude) = (latitude * .pi / 180, longitude * .pi / 180)
        x = cos(latitude) * cos(longitude)
        y = cos(latitude) * sin(longitude)
        z = sin(latitude)
    }

    /// The way along the great circle, in metres.
    ///
    /// The haversine of the angle is the square of half the chord, so this is the haversine formula.
    package func metres(to other: GlobePoint) -> Double {
        let (dx, dy, dz) = (x - other.x, y - other.y, z - other.z)
        let chord = (dx * dx + dy * dy + dz * dz).squareRoot()
        return 2 * GlobePoint.radius * asin(min(chord / 2, 1))
    }

    /// The way to a member with a bias of −99…99 percent, in whole metres, so that small errors of
    /// arithmetic decide nothing.
    ///
    /// A positive bias shortens the way to it, `d · (1 − b/100)`; a negative one lengthens it,
    /// `d / (1 + b/100)`.
    package func metres(to member: GlobePoint, bias: Int) -> Int {
        GlobePoint.biased(metres(to: member), bias)
    }

    /// A way in metres with a bias.
    package static func biased(_ metres: Double, _ bias: Int) -> Int {
        let share = Double(min(max(bias, -99), 99)) / 100
        let way = share < 0 ? metres / (1 + share) : metres * (1 - share)
        return Int(way.rounded())
    }
}
