import Transport

/// What the control process says on the command line; not meant for people.
struct Arguments {
    var state = ""
    var generation: UInt64 = 0
    /// The number of the file that the image lies in, and where in it.
    var file: UInt64 = 0
    var root = 0
    /// Inherited sockets, one thread each.
    var udp: [CInt] = []
    /// Inherited listeners.
    var tcp: [CInt] = []
    var limits = TCPLimits()
    /// Whether to give up what answering does not need.
    var isConfined = true
    var udpOptions = UDPOptions()

    static let usage = """
        sterna-answer: answers DNS queries from a serving image; `sterna serve` starts it.

        usage: sterna-answer --state DIR --generation N --file N --root OFFSET
                             --udp FD,FD --tcp FD,FD
                             [--tcp-connections N] [--tcp-per-client N] [--tcp-idle SECONDS]
                             [--confinement auto|off]
                             [--coalesce MICROSECONDS] [--busy-poll MICROSECONDS]
                             [--pin-workers yes|no]
        """

    /// Reads the arguments; nil when they make no sense.
    init?(_ arguments: some Sequence<String>) {
        var words = arguments.makeIterator()
        while let word = words.next() {
            guard let value = words.next() else { return nil }
            switch word {
            case "--state": state = value
            case "--generation":
                guard let number = UInt64(value) else { return nil }
                generation = number
            case "--file":
                guard let number = UInt64(value) else { return nil }
                file = number
            case "--root":
                guard let number = Int(value), number >= 0 else { return nil }
                root = number
            case "--udp":
                guard let files = Arguments.files(value) else { return nil }
                udp = files
            case "--tcp":
                guard let files = Arguments.files(value) else { return nil }
                tcp = files
            case "--tcp-connections":
                guard let number = Int(value), number > 0 else { return nil }
                limits.connections = number
            case "--tcp-per-client":
                guard let number = Int(value), number > 0 else { return nil }
                limits.connectionsPerClient = number
            case "--tcp-idle":
                guard let number = Int(value), number > 0 else { return nil }
                limits.idleTimeout = .seconds(number)
            case "--confinement":
                guard value == "auto" || value == "off" else { return nil }
                isConfined = value == "auto"
            case "--coalesce":
                guard let number = UInt32(value), number <= 10_000 else { return nil }
                udpOptions.pauseMicroseconds = number
            case "--busy-poll":
                guard let number = UInt32(value), number <= 10_000 else { return nil }
                udpOptions.busyPollMicroseconds = number
            case "--pin-workers":
                guard value == "yes" || value == "no" else { return nil }
                udpOptions.pinsWorkers = value == "yes"
            default: return nil
            }
        }
        guard !state.isEmpty, generation > 0, file > 0, !udp.isEmpty else { return nil }
    }

    private static func files(_ text: String) -> [CInt]? {
        let numbers = text.split(separator: ",").map { CInt($0) }
        return numbers.contains(nil) ? nil : numbers.compactMap { $0 }
    }
}
