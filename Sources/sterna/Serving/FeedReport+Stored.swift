import Control
import Verdicts

extension Verdicts.FeedReport {
    init(_ stored: StoredReport) {
        self.init(
            endpoint: stored.endpoint, source: stored.source, sequence: stored.sequence,
            verdict: stored.verdict, reason: stored.reason, expires: stored.expires,
            received: stored.received)
    }
}
