import Handover

extension FuzzEntry {
    /// What the two processes say to each other.
    static let handover = FuzzEntry("handover", text: ["hello ", "serve ", "refused ", " ", "-1"]) {
        guard let message = HandoverMessage(String(decoding: $0, as: UTF8.self)) else { return nil }
        return HandoverMessage(message.text) == message ? nil : "another message: \(message.text)"
    }
}
