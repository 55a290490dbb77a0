import Control
import Health

extension FuzzEntry {
    /// The body of a push (`PUT /v1/health/…`).
    static let push = FuzzEntry("push", text: jsonWords) { input in
        do throws(PushBodyError) {
            let body = try PushBody(json: input)
            guard body.verdict != .unchecked, body.reason.utf8.count <= PushBody.maximumReasonBytes,
                body.timeToLive.map({ $0 > .zero && $0 <= .seconds(30 * 86_400) }) ?? true
            else { return "out of range: \(body)" }
            return nil
        } catch {
            return error.description.isEmpty ? "refused without a reason" : nil
        }
    }
}
