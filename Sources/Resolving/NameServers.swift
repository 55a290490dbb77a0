package import DNSWire

/// The resolvers that a system is set up with.
package enum NameServers {
    package static let defaultPort: UInt16 = 53
    /// As many as C libraries take from the file (resolv.conf(5), MAXNS).
    package static let maximumCount = 3
    /// Lines looked at, so that a file of another kind is not read for ever.
    static let maximumLines = 1000

    /// The `nameserver` lines of a resolv.conf(5); its search lists mean nothing here, names are absolute.
    ///
    /// Addresses with a zone index (`fe80::1%eth0`) are left out. Without any line it is this host, as for
    /// C libraries.
    package static func read(_ text: String) -> [SocketAddress] {
        var servers: [SocketAddress] = []
        for line in text.split(whereSeparator: \.isNewline).prefix(maximumLines) {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count >= 2, words[0] == "nameserver", let address = IPAddress(words[1])
            else { continue }
            let server = SocketAddress(address: address, port: defaultPort)
            if !servers.contains(server) { servers.append(server) }
            if servers.count == maximumCount { break }
        }
        if servers.isEmpty {
            servers = [SocketAddress(address: .v4(0x7F00_0001), port: defaultPort)]
        }
        return servers
    }
}
