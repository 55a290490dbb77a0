/// An address and a port, as written in `listen`: `127.0.0.1:5300`, `[::1]:5300`.
package struct SocketAddress: Hashable, Sendable {
    package var address: IPAddress
    package var port: UInt16

    package init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Whether this is 0.0.0.0 or ::, so that answers must say which local address they come from.
    package var isWildcard: Bool { address == .v4(0) || address == .v6(0, 0) }
}

extension SocketAddress: CustomStringConvertible {
    /// Reads `ADDRESS:PORT`; an IPv6 address stands in brackets.
    package init?(_ text: some StringProtocol) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = String(text[..<colon])
        let digits = text[text.index(after: colon)...]
        // UInt16 would take a sign as well.
        guard let port = UInt16(digits), digits.first != "+", digits.first != "-" else {
            return nil
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        guard let address = IPAddress(host) else { return nil }
        self.init(address: address, port: port)
    }

    package var description: String {
        address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}
