/// How much load a cluster takes, in any unit, the same as that of the load reported.
package enum ClusterCapacity: Hashable, Sendable {
    /// Load above this goes elsewhere: the share shrinks until it is below.
    case limit(Double)
    /// Nothing is shed up to the low mark, everything from the high one on, and evenly between.
    case watermarks(low: Double, high: Double)

    /// The part of its traffic that a cluster between watermarks sheds at a load: 0 to 1.
    ///
    /// Equal marks make a switch: nothing up to them, everything above.
    package static func shed(at load: Double, low: Double, high: Double) -> Double {
        if load <= low { return 0 }
        if load >= high { return 1 }
        return (load - low) / (high - low)
    }
}
