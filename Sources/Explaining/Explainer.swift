import Answering
package import Compiling
package import DNSWire
import Health
package import Serving
import Steering
package import Zones

/// Explains answers from an image and verdict words, by the code that answers queries.
package struct Explainer {
    let image: ServingImage
    let verdicts: VerdictTable
    let endpoints: KnownEndpoints
    let sources: [ZoneSource]
    let platform: SteeringDefinition
    let state: Explanation.State
    /// What the location files know of an address, the most specific first.
    let places: (ClientNetwork) -> [String]

    /// - Parameters:
    ///   - sources: the zones as their files give them, for what things are called.
    ///   - state: what the words are and when.
    package init(
        _ image: ServingImage, _ verdicts: VerdictTable, endpoints: KnownEndpoints,
        sources: [ZoneSource], platform: SteeringDefinition, state: Explanation.State,
        places: @escaping (ClientNetwork) -> [String] = { _ in [] }
    ) {
        self.image = image
        self.verdicts = verdicts
        self.endpoints = endpoints
        self.sources = sources
        self.platform = platform
        self.state = state
        self.places = places
    }

    /// A question, and who asks it.
    package struct Question: Sendable {
        package var name: Name
        package var type: RRType
        /// Where the query comes from.
        package var client: ClientAddress
        /// What its resolver tells; nil: nothing.
        package var subnet: IPNetwork?

        /// - Parameter client: an address that asks itself, or a network that a resolver tells of; nil: 127.0.0.1.
        package init(_ name: Name, _ type: RRType, client: IPNetwork?) {
            self.name = name
            self.type = type
            guard let client else {
                self.client = ClientAddress(v4: 0x7F00_0001)
                return
            }
            self.client = ClientAddress(client.address)
            let isAddress = client.prefixLength == (client.address.isV4 ? 32 : 128)
            subnet = isAddress ? nil : client
        }
    }

    /// Why the question is answered as it is.
    ///
    /// - Parameter seed: for the one answer that is really given, and for draws where there are too many to list.
    package func explain(_ question: Question, seed: UInt64 = 1) -> Explanation {
        var asker = WireAsker(image, verdicts, seed: seed)
        let wire = asker.ask(
            question.name, question.type, from: question.client, subnet: question.subnet)
        let steps = lookups(of: question.name, type: question.type, in: image)
        let network = network(question, steps.last)
        var explanation = Explanation(
            name: question.name.description, type: question.type.description,
            client: Explanation.Client(
                text: question.subnet?.description ?? question.client.text,
                isSubnet: question.subnet != nil, places: places(network)),
            state: state, steps: steps.map { step($0, question.type) }, policy: nil,
            response: ResponseReason(image: image, wire: wire).response)
        guard wire?.rcode != .refused, let last = steps.last, case .name(let node) = last.place,
            last.next == nil, let entry = node.entry(of: question.type), entry.isSteered
        else { return explanation }
        let answer = SteeredAnswer(
            explainer: self, node: node, steered: entry.steered, v4: question.type == .a,
            network: network, seed: seed)
        explanation.policy = answer.policy
        answer.complete(&explanation.response, wire, question)
        return explanation
    }

    /// What policies look up: as the query path sees it.
    private func network(_ question: Question, _ last: LookupStep?) -> ClientNetwork {
        var isRead = image.hasClientSubnet
        if case .name(let node) = last?.place {
            isRead = isRead && image.zone(node.zone).usesClientSubnet
        }
        guard let subnet = question.subnet, isRead else {
            return ClientNetwork(nil, from: question.client)
        }
        return ClientNetwork(subnet)
    }

    // MARK: Names on the way

    private func step(_ step: LookupStep, _ type: RRType) -> Explanation.Step {
        let name = step.name.description
        func found(
            _ kind: Explanation.Step.Kind, zone: Int? = nil, owner: String? = nil, _ text: String
        ) -> Explanation.Step {
            Explanation.Step(
                name: name, kind: kind, zone: zone.map { origin($0) }, owner: owner,
                target: step.next?.description, text: text)
        }
        let ending = step.endsChain ? "; the chain ends here, as it has been there" : ""
        switch step.place {
        case .foreign: return found(.refused, "is in no zone of this server")
        case .nameError(let zone):
            return found(
                .nameError, zone: zone,
                "does not exist in zone \(origin(zone)), and no wildcard stands for it")
        case .referral(let cut):
            let owner = Name(view: cut.name)?.description ?? "?"
            return found(
                .referral, zone: cut.zone, owner: owner,
                "lies at or below \(owner), which zone \(origin(cut.zone)) delegates")
        case .redirect(let node):
            let owner = Name(view: node.name)?.description ?? "?"
            let target = step.next.map { "leads to \($0)" } ?? "is asked for itself"
            return found(
                .redirect, zone: node.zone, owner: owner,
                "is below the DNAME of \(owner) and \(target)\(ending)")
        case .name(let node):
            let owner = Name(view: node.name)
            let wildcard = owner == step.name ? nil : owner?.description
            let place =
                "is in zone \(origin(node.zone))"
                + (wildcard.map { ", where the wildcard \($0) stands for it" } ?? "")
            if let next = step.next {
                return found(
                    .alias, zone: node.zone, owner: wildcard,
                    "\(place); it is an alias of \(next)\(ending)")
            }
            guard
                let entry = type == .any && node.entryCount > 0
                    ? node.entry(0) : node.entry(of: type)
            else {
                let types = (0..<node.entryCount).map { "\(node.entry($0).type)" }
                let has = types.isEmpty ? "nothing" : types.joined(separator: ", ")
                return found(
                    .noData, zone: node.zone, owner: wildcard,
                    "\(place), and has \(has), but no \(type)")
            }
            return entry.isSteered
                ? found(
                    .steered, zone: node.zone, owner: wildcard, "\(place); a policy decides")
                : found(
                    .records, zone: node.zone, owner: wildcard,
                    "\(place); its \(entry.type) records are fixed, health has no say")
        }
    }

    func origin(_ zone: Int) -> String {
        Name(view: image.zone(zone).apex.name)?.description ?? "?"
    }
}

extension ClientNetwork {
    /// What a resolver tells of a client.
    package init(_ subnet: IPNetwork) {
        let bits = UInt8(clamping: subnet.prefixLength)
        switch subnet.address {
        case .v4(let address): self.init(v4: address, bits: bits, isFromSubnet: true)
        case .v6(let high, let low): self.init(v6: high, low, bits: bits, isFromSubnet: true)
        }
    }
}

extension ClientAddress {
    /// The address alone, without the port.
    var text: String {
        let address =
            isV4 ? IPAddress.v4(UInt32(truncatingIfNeeded: low)) : IPAddress.v6(high, low)
        return address.description
    }
}
