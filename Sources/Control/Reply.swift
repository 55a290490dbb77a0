import Foundation
import Hummingbird
import NIOCore

/// Makes responses.
enum Reply {
    private struct ErrorBody: Codable {
        struct Content: Codable {
            var code: String
            var message: String
        }
        var error: Content
    }

    static func text(
        _ status: HTTPResponse.Status, _ text: String, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        response(status, ByteBuffer(string: text), type: type)
    }

    static func json(_ status: HTTPResponse.Status, _ value: some Encodable) -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            var bytes = ByteBuffer(bytes: try encoder.encode(value))
            bytes.writeInteger(UInt8(ascii: "\n"))
            return response(status, bytes, type: "application/json")
        } catch {
            // A number that JSON cannot hold; nothing that the API sends has any.
            return text(.internalServerError, "the answer cannot be written as JSON\n")
        }
    }

    /// - Parameters:
    ///   - allow: what the path takes instead (RFC 9110 §15.5.6).
    ///   - close: whether the rest of the request will not be read.
    static func error(
        _ error: ControlError, allow: HTTPRequest.Method? = nil, close: Bool = false
    ) -> Response {
        var response = json(
            error.status, ErrorBody(error: .init(code: error.code, message: error.message)))
        if let allow { response.headers[.allow] = allow.rawValue }
        if error.status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
        if close { response.headers[.connection] = "close" }
        return response
    }

    private static func response(
        _ status: HTTPResponse.Status, _ body: ByteBuffer, type: String
    ) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = type
        headers[.contentLength] = "\(body.readableBytes)"
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        return Response(status: status, headers: headers, body: .init(byteBuffer: body))
    }
}
