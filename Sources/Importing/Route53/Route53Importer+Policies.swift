import DNSWire
import Zones

/// Groups of record sets and aliases become policies.
extension Route53Importer {
    /// The policy of a name for both families; nil when nothing is left of it.
    mutating func policy(of owner: Name) -> ImportedPolicy? {
        open.insert(owner)
        defer { open.remove(owner) }
        if let entries = groups[owner]?["CNAME"] { return group(entries) }
        let v4 = group(groups[owner]?["A"] ?? [])
        let v6 = group(groups[owner]?["AAAA"] ?? [])
        return .joining(v4, v6)
    }

    /// The named policy of a name that others lead to.
    private mutating func reference(to target: Name, from entry: Route53Entry) -> ImportedPolicy? {
        if let known = policyNames[target] { return .reference(known) }
        guard !open.contains(target), open.count < Route53Importer.maximumChain else {
            log.lost(entry.position, entry.subject, "its alias target \(target) leads back here")
            return nil
        }
        guard let policy = policy(of: target) else { return nil }
        let name = zone.labels.reserve(target.label(in: zone.origin))
        policyNames[target] = name
        zone.policies.append((name, policy))
        return .reference(name)
    }

    // MARK: Members

    /// One record set and what is left of it.
    private struct Member {
        var entry: Route53Entry
        var policy: ImportedPolicy
        var isOut: Bool
    }

    private mutating func group(_ entries: [Route53Entry]) -> ImportedPolicy? {
        var members: [Member] = []
        for entry in entries {
            guard let (policy, isOut) = member(entry) else { continue }
            log.carry()
            members.append(Member(entry: entry, policy: policy, isOut: isOut))
        }
        guard let first = members.first else { return nil }
        guard Route53Importer.isRouted(entries) else { return first.policy }
        members = withoutThoseTakenOut(members)
        let policy = routed(members, first.entry.record)
        return policy.members.isEmpty ? nil : policy
    }

    private mutating func routed(_ members: [Member], _ set: Route53RecordSet) -> ImportedPolicy {
        if set.weight != nil { return weighted(members) }
        if set.failover != nil {
            return .failover(
                (members.filter { $0.entry.record.failover == "PRIMARY" }
                    + members.filter { $0.entry.record.failover != "PRIMARY" }).map(\.policy))
        }
        if set.geoLocation != nil { return geo(members) }
        if set.region != nil { return latency(members) }
        if set.proximity != nil { return proximity(members) }
        if set.cidr != nil { return subnet(members) }
        return .all(
            members.map(\.policy), answers: PolicyDefinition.defaultAllAnswers, atLeast: 0)
    }

    /// Record sets forced out of service (disabled and inverted) go, unless there is no other.
    private func withoutThoseTakenOut(_ members: [Member]) -> [Member] {
        guard members.contains(where: { !$0.isOut }) else { return members }
        return members.filter { member in
            guard member.isOut else { return true }
            if member.entry.record.weight != nil { return true }
            log.changed(
                member.entry.position, member.entry.subject,
                "its health check forces it out of service: it is left out of the policy")
            return false
        }
    }

    private mutating func member(
        _ entry: Route53Entry
    ) -> (policy: ImportedPolicy, isOut: Bool)? {
        if entry.record.alias != nil { return alias(entry) }
        let texts = (entry.record.values ?? []).map(\.value)
        if entry.record.type == "CNAME" { return redirect(entry, texts) }
        var addresses: [IPAddress] = []
        for text in texts {
            guard let address = IPAddress(text), address.isV4 == (entry.record.type == "A") else {
                log.lost(entry.position, entry.subject, "'\(text.prefix(60))' is no address")
                continue
            }
            if !addresses.contains(address) { addresses.append(address) }
        }
        guard !addresses.isEmpty else {
            log.lost(entry.position, entry.subject, "it has no address")
            return nil
        }
        return endpoint(
            entry, addresses, label: entry.record.setIdentifier, check: entry.record.healthCheck)
    }

    private mutating func endpoint(
        _ entry: Route53Entry, _ addresses: [IPAddress], label: String?, check: String?
    ) -> (policy: ImportedPolicy, isOut: Bool) {
        var result = ImportedEndpoint(
            label: label ?? entry.owner.label(in: zone.origin), addresses: addresses)
        var isOut = false
        if let check {
            let outcome = checks.outcome(
                check, for: entry.subject, at: entry.position, addresses: addresses, in: &zone)
            switch outcome {
            case .unchecked: break
            case .monitor(let name): result.monitor = name
            case .out: isOut = true
            case .fed(let feed):
                log.changed(
                    entry.position, entry.subject,
                    "the verdict of \(addresses.map(\.description).joined(separator: ", ")) must "
                        + "be pushed to feed '\(feed)'")
            }
        }
        return (.endpoint(result), isOut)
    }

    /// An alias: the policy of its target, the target's addresses, or another server's name.
    private mutating func alias(
        _ entry: Route53Entry
    ) -> (policy: ImportedPolicy, isOut: Bool)? {
        guard let target = entry.target else {
            log.lost(entry.position, entry.subject, "its alias target is no name")
            return nil
        }
        let evaluates = entry.record.alias?.evaluatesHealth ?? false
        guard target.isAtOrBelow(zone.origin), groups[target] != nil else {
            return host(target, entry, evaluates: evaluates)
        }
        guard !isSteered(target) else {
            guard let policy = reference(to: target, from: entry) else { return nil }
            return counted(policy, entry, evaluates: evaluates)
        }
        let found = addresses(of: target, type: entry.record.type)
        guard !found.isEmpty else {
            log.lost(
                entry.position, entry.subject,
                "its alias target \(target) has no \(entry.record.type)")
            return nil
        }
        let targetCheck = groups[target]?[entry.record.type]?.first?.record.healthCheck
        return endpoint(
            entry, found, label: entry.record.setIdentifier ?? target.label(in: zone.origin),
            check: entry.record.healthCheck ?? (evaluates ? targetCheck : nil))
    }

    /// How the health of an alias counts: that of its target or not, and that of its own check.
    private mutating func counted(
        _ policy: ImportedPolicy, _ entry: Route53Entry, evaluates: Bool
    ) -> (policy: ImportedPolicy, isOut: Bool) {
        guard entry.record.setIdentifier != nil else { return (policy, false) }
        var counting = ImportedCounting(alwaysUp: !evaluates)
        if let check = entry.record.healthCheck {
            let outcome = checks.outcome(
                check, for: entry.subject, at: entry.position, addresses: [], in: &zone)
            switch outcome {
            case .unchecked: break
            case .out: return (policy, true)
            case .monitor(let name):
                if evaluates, let gate = checks.gate(check, monitor: name) {
                    counting.requires = [gate]
                    break
                }
                fallthrough
            case .fed:
                counting.alwaysUp = false
                log.lost(
                    entry.position, entry.subject,
                    "its own health check is not carried: the health of its target alone counts")
            }
        }
        return (
            counting == ImportedCounting() ? policy : .counted(policy, counting), false
        )
    }

    private func host(
        _ target: Name, _ entry: Route53Entry, evaluates: Bool
    ) -> (policy: ImportedPolicy, isOut: Bool)? {
        guard !target.isAtOrBelow(zone.origin) else {
            log.lost(
                entry.position, entry.subject, "its alias target \(target) is not in the sources")
            return nil
        }
        log.changed(
            entry.position, entry.subject,
            "an alias to \(target.undotted) becomes a 'host' node: the server asks DNS for its "
                + "addresses" + (evaluates ? ", and knows nothing of its health" : ""))
        if entry.record.healthCheck != nil, entry.record.setIdentifier != nil {
            log.lost(entry.position, entry.subject, "a 'host' node has no health check")
        }
        return (.host(target), false)
    }

    /// A CNAME among several: addresses here, where they are known, else a host.
    private mutating func redirect(
        _ entry: Route53Entry, _ texts: [String]
    ) -> (policy: ImportedPolicy, isOut: Bool)? {
        guard let text = texts.first, var target = Route53Text.name(text) else {
            log.lost(entry.position, entry.subject, "it has no target")
            return nil
        }
        let note = "the CNAME to \(target.undotted) is not answered as such: its addresses are"
        for _ in 0..<8 {
            guard !isSteered(target),
                let next = groups[target]?["CNAME"]?.first?.record.values?.first,
                let name = Route53Text.name(next.value)
            else { break }
            target = name
        }
        if isSteered(target) {
            guard let policy = reference(to: target, from: entry) else { return nil }
            log.changed(entry.position, entry.subject, note)
            return (policy, false)
        }
        let found = addresses(of: target, type: "A") + addresses(of: target, type: "AAAA")
        log.changed(entry.position, entry.subject, note)
        guard found.isEmpty else {
            return endpoint(
                entry, found, label: entry.record.setIdentifier, check: entry.record.healthCheck)
        }
        if entry.record.healthCheck != nil {
            log.lost(entry.position, entry.subject, "a 'host' node has no health check")
        }
        return (.host(target), false)
    }

    /// The addresses of a name that is not steered, its aliases followed.
    private func addresses(of owner: Name, type: String) -> [IPAddress] {
        var owner = owner
        for _ in 0..<Route53Importer.maximumChain {
            guard let entry = groups[owner]?[type]?.first else { return [] }
            guard entry.record.alias != nil else {
                return (entry.record.values ?? []).compactMap { IPAddress($0.value) }
            }
            guard let next = entry.target else { return [] }
            owner = next
        }
        return []
    }

    // MARK: Kinds of groups

    private func weighted(_ members: [Member]) -> ImportedPolicy {
        let weights = members.map { member in
            let weight = UInt32(min(max(member.entry.record.weight ?? 0, 0), 255))
            guard member.isOut, weight > 0, members.contains(where: { !$0.isOut }) else {
                return ImportedWeight(policy: member.policy, weight: weight)
            }
            log.changed(
                member.entry.position, member.entry.subject,
                "its health check forces it out of service: its weight is 0 instead of \(weight)")
            return ImportedWeight(policy: member.policy, weight: 0)
        }
        return .weighted(weights, atLeast: 0)
    }

    private func geo(_ members: [Member]) -> ImportedPolicy {
        .geo(
            members.compactMap { member in
                guard let place = member.entry.record.geoLocation,
                    let key = GeoKey.text(
                        continent: place.continent, country: place.country,
                        subdivision: place.subdivision)
                else {
                    log.lost(
                        member.entry.position, member.entry.subject, "its location is no place")
                    return nil
                }
                return ImportedBranch(key: key, policy: member.policy)
            })
    }

    private func latency(_ members: [Member]) -> ImportedPolicy {
        if let entry = members.first?.entry {
            log.changed(
                entry.position, "\(entry.owner) \(entry.record.type)",
                "AWS's measurements of latency cannot be had: clients go to the nearest region "
                    + "until a table of latencies is given ('latencies' in sterna.yaml)")
        }
        return .latency(
            members.map { member in
                let region = member.entry.record.region ?? ""
                let place = Route53Regions.places[region]
                if place == nil {
                    log.changed(
                        member.entry.position, member.entry.subject,
                        "where region '\(region.prefix(40))' is, is not known here: add its location"
                    )
                }
                return ImportedRegion(
                    policy: member.policy, region: region, latitude: place?.latitude,
                    longitude: place?.longitude)
            })
    }

    private func proximity(_ members: [Member]) -> ImportedPolicy {
        .proximity(
            members.compactMap { member in
                let near = member.entry.record.proximity
                var place: (latitude: Double, longitude: Double)?
                if let coordinates = near?.coordinates,
                    let latitude = Double(coordinates.latitude), (-90...90).contains(latitude),
                    let longitude = Double(coordinates.longitude), (-180...180).contains(longitude)
                {
                    place = (latitude, longitude)
                } else if let region = near?.region {
                    place = Route53Regions.places[region]
                } else if let zone = near?.localZone {
                    // us-east-1-bue-1 belongs to us-east-1.
                    let region = zone.split(separator: "-").prefix(3).joined(separator: "-")
                    place = Route53Regions.places[region]
                    log.changed(
                        member.entry.position, member.entry.subject,
                        "the place of its local zone is taken to be that of region \(region)")
                }
                guard let place else {
                    log.lost(
                        member.entry.position, member.entry.subject, "its location is not known")
                    return nil
                }
                return ImportedPlace(
                    policy: member.policy, latitude: place.latitude, longitude: place.longitude,
                    bias: min(max(near?.bias ?? 0, -99), 99))
            })
    }

    private mutating func subnet(_ members: [Member]) -> ImportedPolicy {
        var branches: [ImportedBranch] = []
        for member in members {
            guard let cidr = member.entry.record.cidr else { continue }
            if cidr.location == "*" {
                branches.append(ImportedBranch(key: "default", policy: member.policy))
                continue
            }
            let networks = blocks.networks(collection: cidr.collection, location: cidr.location)
            if networks.isEmpty {
                log.lost(
                    member.entry.position, member.entry.subject,
                    "the networks of location '\(cidr.location.prefix(40))' are not in the sources "
                        + "(give the output of 'aws route53 list-cidr-blocks --collection-id "
                        + "\(cidr.collection.prefix(40))')")
            }
            for network in networks.prefix(PolicyDefinition.maximumMembers) {
                branches.append(ImportedBranch(key: "\(network)", policy: member.policy))
            }
        }
        if branches.count > PolicyDefinition.maximumMembers, let entry = members.first?.entry {
            log.lost(
                entry.position, "\(entry.owner)",
                "of \(branches.count) networks the last \(PolicyDefinition.maximumMembers) are "
                    + "carried: put all into a list of networks ('locations' in sterna.yaml)")
            branches = Array(branches.suffix(PolicyDefinition.maximumMembers))
        }
        // Several groups may name one network; the first counts.
        var seen: Set<String> = []
        return .subnet(branches.filter { seen.insert($0.key).inserted })
    }
}
