package import DNSWire
package import Health
package import NIOCore

/// One check of one address, prepared: the request is built once and sent in every round.
package struct ProbePlan {
    let address: NIOCore.SocketAddress
    /// Nil: connecting is all there is to it.
    let http: HTTPCheck?
    package let request: ByteBuffer
    package let tls: TLSPlan?

    /// What a probe asks of the certificate and what name it sends.
    package struct TLSPlan {
        package var verify: Bool
        /// Never an address: SNI carries host names only (RFC 6066 §3).
        package var serverName: String?
    }

    /// Prepares a check.
    ///
    /// - Throws: `ProbePlanError` where the check has text that no HTTP request may carry.
    package init(_ check: CheckDefinition, address: IPAddress) throws {
        switch check {
        case .tcp(let port):
            self.address = try ProbePlan.socketAddress(address, port: port)
            http = nil
            request = ByteBuffer()
            tls = nil
        case .http(let check):
            self.address = try ProbePlan.socketAddress(address, port: check.port)
            http = check
            request = try ProbePlan.request(check, address: address)
            tls = check.tls ? TLSPlan(check) : nil
        }
    }

    private static func socketAddress(
        _ address: IPAddress, port: UInt16
    ) throws -> NIOCore.SocketAddress {
        try NIOCore.SocketAddress(
            packedIPAddress: ByteBuffer(bytes: address.bytes), port: Int(port))
    }

    /// The request as sent (RFC 9112 §3); a header that the check names replaces ours.
    private static func request(_ check: HTTPCheck, address: IPAddress) throws -> ByteBuffer {
        guard isToken(check.method) else { throw ProbePlanError.badText("method") }
        guard check.path.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw ProbePlanError.badText("path")
        }
        var fields = [
            HTTPField("Host", hostHeader(check, address: address)),
            HTTPField("User-Agent", "sterna-monitor"),
            HTTPField("Accept", "*/*"),
            HTTPField("Connection", "close"),
        ]
        if ["POST", "PUT", "PATCH"].contains(check.method) {
            fields.append(HTTPField("Content-Length", "0"))
        }
        fields.removeAll { own in
            check.headers.contains { $0.name.lowercased() == own.name.lowercased() }
        }
        var text = "\(check.method) \(check.path) HTTP/1.1\r\n"
        for field in fields + check.headers {
            guard isToken(field.name), isFieldValue(field.value) else {
                throw ProbePlanError.badText("header '\(field.name)'")
            }
            text += "\(field.name): \(field.value)\r\n"
        }
        return ByteBuffer(string: text + "\r\n")
    }

    /// The host asked for, or the address itself, with the port where it is not the scheme's own.
    private static func hostHeader(_ check: HTTPCheck, address: IPAddress) -> String {
        let host = check.host ?? (address.isV4 ? "\(address)" : "[\(address)]")
        let isUsualPort = check.port == (check.tls ? 443 : 80)
        return isUsualPort || (check.host.map(hasPort) ?? false) ? host : "\(host):\(check.port)"
    }

    /// Whether a configured host brings its own port.
    static func hasPort(_ host: String) -> Bool {
        guard let colon = host.lastIndex(of: ":") else { return false }
        return !host[colon...].contains("]") && UInt16(host[host.index(after: colon)...]) != nil
    }

    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !separators.contains($0) }
    }

    /// RFC 9110 §5.6.2.
    private static let separators = Set("\"(),/:;<=>?@[\\]{}".utf8)

    private static func isFieldValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }
}

extension ProbePlan.TLSPlan {
    init(_ check: HTTPCheck) {
        verify = check.verifyCertificate
        var name = check.serverName ?? check.host
        if let text = name, ProbePlan.hasPort(text), let colon = text.lastIndex(of: ":") {
            name = String(text[..<colon])
        }
        serverName = name.flatMap { name in
            name.hasPrefix("[") || IPAddress(name) != nil ? nil : name
        }
    }
}

/// Why a check cannot be sent.
package enum ProbePlanError: Error, CustomStringConvertible {
    /// A part of the request has characters that HTTP does not allow there.
    case badText(String)

    package var description: String {
        switch self {
        case .badText(let part): "the \(part) has characters that HTTP does not allow (RFC 9112 §3)"
        }
    }
}
