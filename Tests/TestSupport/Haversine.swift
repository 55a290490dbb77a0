import Glibc

/// Distances as the textbook has them, for comparing.
package enum Haversine {
    /// Metres between two places in degrees of latitude and longitude, on a sphere of 6,371.0088 km.
    package static func metres(_ a: (Double, Double), _ b: (Double, Double)) -> Double {
        func radians(_ degrees: Double) -> Double { degrees * .pi / 180 }
        let north = sin(radians(b.0 - a.0) / 2)
        let east = sin(radians(b.1 - a.1) / 2)
        let h = north * north + cos(radians(a.0)) * cos(radians(b.0)) * east * east
        return 2 * 6_371_008.8 * atan2(h.squareRoot(), max(1 - h, 0).squareRoot())
    }
}
