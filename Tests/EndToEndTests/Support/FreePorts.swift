import Foundation
import Synchronization

/// Ports that nobody uses, UDP and TCP, IPv4 and IPv6.
///
/// Taken from below the range that the kernel gives to clients (32768 and up), so that no client
/// takes one between the look and the use.
enum FreePorts {
    private static let range: Range<UInt16> = 20_000..<30_000
    private static let next = Mutex(UInt16.random(in: range))

    /// A port that this process has not taken before.
    static func take() throws -> UInt16 {
        for _ in range {
            let port = next.withLock { next in
                defer { next = next + 1 < range.upperBound ? next + 1 : range.lowerBound }
                return next
            }
            if isFree(port) { return port }
        }
        throw Failure("no port is free from \(range.lowerBound) to \(range.upperBound - 1)")
    }

    /// Whether nobody has the port, UDP or TCP, on any address.
    static func isFree(_ port: UInt16) -> Bool {
        [SOCK_DGRAM, SOCK_STREAM].allSatisfy { type in
            guard let socket = TestSocket(type) else { return false }
            return socket.bind(to: SocketName(v4: 0, port: port))
        }
    }
}
