import Foundation
import Zones

/// Files that are read whole as text.
enum SmallFile {
    static let maximumBytes = 16 << 20

    /// The text, or why there is none.
    static func read(
        _ file: String, maximumBytes: Int = SmallFile.maximumBytes
    ) -> Result<String, Finding> {
        func failure(_ message: String) -> Result<String, Finding> {
            .failure(Finding(at: SourcePosition(file: file), message))
        }
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: file))
            guard data.count <= maximumBytes else {
                return failure("the file is larger than \(maximumBytes) bytes")
            }
            guard let text = String(data: data, encoding: .utf8) else {
                return failure("the file is not UTF-8 text")
            }
            return .success(text)
        } catch {
            return .failure(unreadable(file, error))
        }
    }

    /// That a file cannot be read, and why.
    static func unreadable(_ file: String, _ error: any Error) -> Finding {
        Finding(
            at: SourcePosition(file: file), "the file cannot be read: \(reason(error))")
    }

    /// What the system said, without the wrapping of Foundation's errors.
    private static func reason(_ error: any Error) -> String {
        guard let underlying = (error as? CocoaError)?.underlying as? POSIXError else {
            return error.localizedDescription
        }
        return String(cString: strerror(underlying.code.rawValue))
    }
}
