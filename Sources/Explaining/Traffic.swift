package import DNSWire

/// Who asks for what how often, as a simulation weighs it.
package struct Traffic: Sendable {
    /// A client network, with what it counts and where it is.
    package struct Client: Sendable, Hashable {
        package var network: IPNetwork
        package var weight: Double
        package var region: String?

        package init(_ network: IPNetwork, weight: Double, region: String? = nil) {
            self.network = network
            self.weight = weight
            self.region = region
        }
    }

    /// Queries of one kind.
    package struct Flow: Sendable, Hashable {
        package var name: Name
        package var v4: Bool
        /// Nil: of nobody in particular.
        package var client: IPNetwork?
        package var region: String?
        package var weight: Double
    }

    package private(set) var flows: [Flow]
    /// What the flows are weighed by, in one sentence.
    package let basis: String
    package private(set) var notes: [String] = []

    /// Kinds of queries of one simulation.
    package static let maximumFlows = 2_000_000

    /// Every name alike, asked by nobody in particular or by the clients of a table.
    ///
    /// - Parameter names: with whether each has IPv4 addresses; else its IPv6 ones are asked for.
    package init(names: [(name: Name, v4: Bool)], clients: ClientTable?) {
        guard let clients, !clients.clients.isEmpty else {
            basis = "every steered name counts the same; clients are of unknown place"
            flows = names.map {
                Flow(name: $0.name, v4: $0.v4, client: nil, region: nil, weight: 1)
            }
            return
        }
        basis =
            "every steered name counts the same; \(clients.clients.count) client networks by weight"
        flows = []
        var left = 0
        for (name, v4) in names {
            guard flows.count + clients.clients.count <= Traffic.maximumFlows else {
                left += 1
                continue
            }
            for client in clients.clients {
                flows.append(
                    Flow(
                        name: name, v4: v4, client: client.network, region: client.region,
                        weight: client.weight))
            }
        }
        if left > 0 {
            notes.append("\(left) names are left out: there are too many pairs of name and client")
        }
    }

    /// As a log says, with regions from a table of clients where there is one.
    package init(_ log: QueryLog, clients: ClientTable?) {
        basis =
            "\(log.taken) queries of the log" + (clients == nil ? "" : ", regions by client table")
        notes = log.notes
        flows = log.counts.map { key, count in
            Flow(
                name: key.name, v4: key.v4, client: key.client,
                region: clients.map { $0.region(of: key.client) ?? "elsewhere" },
                weight: Double(count))
        }
    }
}

/// Client networks with weights and regions, from lines `network,weight[,region]`.
package struct ClientTable: Sendable {
    package private(set) var clients: [Traffic.Client] = []
    private var regions: [IPNetwork: String] = [:]
    private var lengths: Set<Int> = []

    package static let maximumClients = 1_000_000

    /// Reads a table; `#` begins a comment, and a first line of words is a heading.
    ///
    /// - Throws: the first line that cannot be read.
    package init(text: String) throws(AssumptionError) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let cells = line.prefix { $0 != "#" }.split(separator: ",").map {
                String($0.filter { !$0.isWhitespace || $0 == " " }.trimmed)
            }
            if cells.allSatisfy(\.isEmpty) { continue }
            if index == 0, cells.first == "network" { continue }
            guard (2...3).contains(cells.count), let network = IPNetwork(cells[0]),
                let weight = Double(cells[1]), weight.isFinite, weight >= 0
            else {
                throw AssumptionError(
                    "line \(index + 1) is not NETWORK,WEIGHT or NETWORK,WEIGHT,REGION")
            }
            guard clients.count < ClientTable.maximumClients else {
                throw AssumptionError("there are more than \(ClientTable.maximumClients) clients")
            }
            let region = cells.count == 3 ? cells[2] : nil
            clients.append(Traffic.Client(network, weight: weight, region: region))
            lengths.insert(network.prefixLength)
            if let region { regions[network] = region }
        }
    }

    /// The region of the longest network of the table that holds a client.
    package func region(of client: IPNetwork) -> String? {
        for length in lengths.sorted(by: >) where length <= client.prefixLength {
            if let network = client.widened(to: length), let region = regions[network] {
                return region
            }
        }
        return nil
    }
}

extension IPNetwork {
    /// The network of so many bits that it is in; nil where it is wider already.
    package func widened(to length: Int) -> IPNetwork? {
        guard length <= prefixLength else { return nil }
        switch address {
        case .v4(let value):
            let mask = length == 0 ? 0 : UInt32.max << UInt32(32 - min(length, 32))
            return IPNetwork(address: .v4(value & mask), prefixLength: length)
        case .v6(let high, let low):
            let upper = length == 0 ? 0 : UInt64.max << UInt64(64 - min(length, 64))
            let lower = length <= 64 ? 0 : UInt64.max << UInt64(128 - length)
            return IPNetwork(address: .v6(high & upper, low & lower), prefixLength: length)
        }
    }
}

extension String {
    fileprivate var trimmed: Substring {
        let start = drop { $0 == " " }
        return start[
            ..<(start.lastIndex { $0 != " " }.map(start.index(after:)) ?? start.startIndex)]
    }
}
