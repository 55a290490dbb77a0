extension FuzzEntry {
    /// The entries that need no other package: those of the fuzzer.
    static let all: [FuzzEntry] = [
        message, options, name, tcp, zone, feed, push, http, handover, image,
        networks, latencies, table, database, host,
    ]
}
