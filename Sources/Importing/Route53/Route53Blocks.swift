import DNSWire
import Zones

/// Networks of CIDR collections by location.
struct Route53Blocks {
    /// The files that they come from: the list does not name its collection.
    private var files: [(name: String, networks: [String: [IPNetwork]])] = []

    mutating func add(_ blocks: [Route53Block], from source: ImportSource, _ log: ImportLog) {
        guard !blocks.isEmpty else { return }
        var networks: [String: [IPNetwork]] = [:]
        for block in blocks {
            guard let network = IPNetwork(block.block) else {
                log.lost(
                    SourcePosition(file: source.name), "CIDR block '\(block.block.prefix(60))'",
                    "this is no network")
                continue
            }
            networks[block.location, default: []].append(network)
            log.carry()
        }
        files.append((source.fileName, networks))
    }

    /// The networks of a location, from the file whose name holds the collection's id, else from every file.
    func networks(collection: String, location: String) -> [IPNetwork] {
        let named = files.filter { !collection.isEmpty && $0.name.contains(collection) }
        return (named.isEmpty ? files : named).flatMap { $0.networks[location] ?? [] }
    }
}
