package import DNSWire

/// Endpoints that policies make of host names: `{host: lb.example.net}`.
extension EndpointDefinition {
    /// Begins the names of such endpoints; no name that is written in a file has a colon.
    private static let hostPrefix = "host:"

    /// What the endpoint of a host is called: `host:lb.example.net`.
    package static func name(ofHost host: Name) -> String {
        let text = host.lowercased().description
        return hostPrefix + (text.count > 1 ? String(text.dropLast()) : text)
    }

    /// The endpoint that a reference in a policy means; nil: it means one that is defined elsewhere.
    package init?(hostReference name: String, position: SourcePosition) {
        guard name.hasPrefix(EndpointDefinition.hostPrefix),
            let host = try? Name(name.dropFirst(EndpointDefinition.hostPrefix.count))
        else { return nil }
        self.init(name: name, addresses: [], host: host, position: position)
    }
}
