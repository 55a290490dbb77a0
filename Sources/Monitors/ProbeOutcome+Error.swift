import Glibc
import NIOCore
import NIOSSL

extension ProbeOutcome {
    /// The outcome of a probe that ended with an error of NIO's.
    init(_ error: any Error) {
        switch error {
        case let error as IOError: self.init(errno: error.errnoCode)
        case let error as NIOSSLError: self.init(error)
        case let error as NIOSSLExtraError: self = .failed(.tls, "TLS: \(Self.brief(error))")
        case let error as BoringSSLError: self = .failed(.tls, "TLS: \(Self.brief(error))")
        case ChannelError.connectTimeout(let time):
            self = .failed(.timeout, "timed out after \(time.nanoseconds / 1_000_000)ms")
        default: self = .failed(.connection, "connection failed: \(Self.brief(error))")
        }
    }

    /// The outcome for a failed system call.
    init(errno code: CInt) {
        switch code {
        case ECONNREFUSED: self = .failed(.refused, "connect refused")
        case ECONNRESET, EPIPE: self = .failed(.connection, "connection reset")
        case ENETUNREACH: self = .failed(.connection, "network unreachable")
        case EHOSTUNREACH: self = .failed(.connection, "host unreachable")
        case ETIMEDOUT: self = .failed(.timeout, "connect timed out")
        case EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL:
            self = .notMade("this host cannot open a connection (errno \(code))")
        default: self = .failed(.connection, "connection failed (errno \(code))")
        }
    }

    private init(_ error: NIOSSLError) {
        switch error {
        case .handshakeFailed(let inner): self = .failed(.tls, "TLS: \(Self.brief(inner))")
        case .unableToValidateCertificate, .noCertificateToValidate:
            self = .failed(.tls, "TLS: the certificate is not valid for this name")
        case .uncleanShutdown: self = .failed(.connection, "connection closed without a response")
        default: self = .failed(.tls, "TLS: \(Self.brief(error))")
        }
    }

    /// BoringSSL's words, without its file names, and not longer than a log line should be.
    private static func brief(_ error: any Error) -> String {
        let text = "\(error)"
        for (mark, words) in knownMarks where text.contains(mark) { return words }
        return String(text.prefix(120))
    }

    private static let knownMarks = [
        ("CERTIFICATE_VERIFY_FAILED", "the certificate is not trusted"),
        ("failedToValidateHostname", "the certificate is not valid for this name"),
        ("Couldn't find", "the certificate is not valid for this name"),
        ("WRONG_VERSION_NUMBER", "the server does not speak TLS"),
        ("HTTP_REQUEST", "the server speaks plain HTTP"),
        ("EOF during handshake", "connection closed during the handshake"),
        ("ALERT_HANDSHAKE_FAILURE", "the server refused the handshake"),
        ("UNRECOGNIZED_NAME", "the server does not know this name"),
        ("PROTOCOL_VERSION", "no common version"),
    ]
}
