import DNSWire

/// Where a server's configuration comes from: a file, the command line, or both.
///
/// What the command line says goes before what the file says.
struct ConfigurationSource: Sendable {
    /// sterna.yaml; nil: none.
    var file: String?
    var zonesFolder: String?
    /// Origins with their master files.
    var zones: [(origin: Name, file: String)] = []
    var listen: [SocketAddress] = []
    var workers: Int?
    var state: String?
    var control: ControlListener = .asConfigured

    enum ControlListener: Sendable, Equatable {
        case asConfigured
        case off
        case at(SocketAddress)
    }
}
