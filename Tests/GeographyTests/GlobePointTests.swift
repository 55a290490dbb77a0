import Geography
import TestSupport
import Testing

/// Distances on the globe, and what a bias makes of them.
@Suite struct GlobePointTests {
    @Test(arguments: [
        ("a point and itself", (52.5, 13.4), (52.5, 13.4), 0.0),
        ("a quarter of the equator", (0, 0), (0, 90), 10_007.557),
        ("from pole to pole", (90, 12), (-90, 77), 20_015.114),
        ("to the antipodes", (52.5, 13.4), (-52.5, -166.6), 20_015.114),
        ("across the 180th meridian", (0, 179), (0, -179), 222.390),
        ("a degree of latitude", (47, 8), (48, 8), 111.195),
        ("Paris to London", (48.8566, 2.3522), (51.5074, -0.1278), 343.56),
    ])
    func distancesAreThoseOfTheHaversine(
        _ name: String, _ a: (Double, Double), _ b: (Double, Double), _ kilometres: Double
    ) {
        let (a, b) = (
            GlobePoint(latitude: a.0, longitude: a.1), GlobePoint(latitude: b.0, longitude: b.1)
        )
        #expect(abs(a.metres(to: b) / 1000 - kilometres) < 0.01)
        #expect(abs(a.metres(to: b) - b.metres(to: a)) < 0.001)
    }

    /// Route 53's geoproximity: the rows of its formula.
    @Test(arguments: [
        (150.0, 50, 75), (100, 0, 100), (100, 99, 1), (150, -25, 200), (100, -50, 200),
        (100, -99, 10_000),
    ])
    func biasIsRoute53s(_ way: Double, _ bias: Int, _ expected: Int) {
        #expect(GlobePoint.biased(way, bias) == expected)
    }

    /// The formula written down another way, on random points.
    @Test func randomDistancesAgree() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<1000 {
            let a = (
                Double.random(in: -90...90, using: &random),
                Double.random(in: -180...180, using: &random)
            )
            let b = (
                Double.random(in: -90...90, using: &random),
                Double.random(in: -180...180, using: &random)
            )
            let way = GlobePoint(latitude: a.0, longitude: a.1)
                .metres(to: GlobePoint(latitude: b.0, longitude: b.1))
            #expect(abs(way - Haversine.metres(a, b)) < 0.01, "\(a) to \(b)")
        }
    }
}
