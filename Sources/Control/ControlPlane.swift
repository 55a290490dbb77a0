/// What the HTTP API asks of the rest of the control process, which implements it.
///
/// Consumers of this protocol know neither monitors nor zones; it speaks in plain values.
package protocol ControlPlane: Sendable {
    /// Everything about this server that fits on a page.
    func status() async -> StatusReport
    /// The values for `GET /metrics`.
    func metrics() async -> [MetricFamily]
    /// Takes a verdict that was pushed; returns when it is stored durably and in force.
    ///
    /// - Throws: a refusal when nothing was changed.
    func accept(_ report: HealthReport) async throws(HealthRefusal)
    /// Takes a load that was pushed; returns when it is stored durably and in force.
    ///
    /// - Throws: a refusal when nothing was changed.
    func accept(_ load: ClusterLoad) async throws(ClusterLoadRefusal)
    /// Ends what the mass-change brake holds.
    func endBrake(_ action: BrakeAction) async -> BrakeOutcome
    /// Lets the better tiers of an owner's nodes answer again that are held back.
    ///
    /// - Parameters:
    ///   - owner: a name, or the key of a named policy.
    ///   - family: 4 or 6; nil: both.
    /// - Throws: `unknown` when the owner has no node that holds anything back.
    func failBack(_ owner: String, family: Int?) async throws(FailbackRefusal) -> FailbackReport
    /// Loads the configuration again; a reload that fails changes nothing.
    func reload() async -> ReloadOutcome
    /// Why a question is answered as it is; the value is written as JSON.
    func explain(_ query: ExplainQuery) async throws(ExplainRefusal) -> any Encodable & Sendable
    /// Why queries are not answered; nil: they are.
    func readiness() async -> String?
}

/// What came of loading the configuration again.
package struct ReloadOutcome: Sendable, Hashable, Codable {
    package var succeeded: Bool
    /// One line for people: what changed, or why nothing did.
    package var message: String
    /// Everything wrong with the configuration, one finding a line.
    package var findings: [String]

    package init(succeeded: Bool, message: String, findings: [String] = []) {
        self.succeeded = succeeded
        self.message = message
        self.findings = findings
    }
}
