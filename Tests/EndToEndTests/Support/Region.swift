/// The three clusters of the example, each with a canary.
enum Region: String, CaseIterable, Sendable {
    case us = "11"
    case eu = "12"
    case ap = "13"

    var endpoint: String { "edge-\(self)" }
}
