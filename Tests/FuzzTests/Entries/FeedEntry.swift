import Health
import Monitors

extension FuzzEntry {
    /// The text of a watched file: all of it counts, or nothing.
    static let feed = FuzzEntry("feed", text: jsonWords) { input in
        do throws(FeedDocumentError) {
            let document = try FeedDocument.read(input)
            guard document.entries.values.allSatisfy({ $0.verdict != .unchecked }) else {
                return "a feed says 'unchecked'"
            }
            return nil
        } catch {
            return error.findings.isEmpty ? "refused without a reason" : nil
        }
    }

    /// Pieces of the JSON that feeds are (RFC 8259).
    static let jsonWords = [
        "{", "}", "[", "]", ":", ",", "\"", "\\u0000", "\\ud800", "\\", "null", "true", "1e999",
        "-0", "0.1", "18446744073709551616", "\"endpoints\":", "\"verdict\":", "\"reason\":",
        "\"sequence\":", "\"ttl\":", "\"5m\"", "\"up\"", "\"unhealthy\"", "\u{FEFF}", "[[[[[[[[",
    ]
}
