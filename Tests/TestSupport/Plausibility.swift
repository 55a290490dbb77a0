/// Whether an event of probability `p` may have been seen `observed` times in `trials`: within five
/// standard deviations, and exactly for the impossible and the certain.
package func isPlausible(_ observed: Int, of trials: Int, probability p: Double) -> Bool {
    if p <= 0 { return observed == 0 }
    if p >= 1 { return observed == trials }
    let expected = Double(trials) * p
    let deviation = (expected * (1 - p)).squareRoot()
    return abs(Double(observed) - expected) <= 5 * deviation
}
