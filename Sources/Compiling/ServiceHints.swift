import DNSWire
import Zones

/// Keeps SVCB and HTTPS records from naming addresses that health has withdrawn (RFC 9460 §7.3).
///
/// An `ipv4hint` or `ipv6hint` is fixed text in a zone file, while the addresses of a steered name come
/// and go. Where the name that a record's service is at is steered in a family, the hint of that
/// family is left out: clients then ask for the addresses, and get those that pass.
struct ServiceHints {
    let zone: Zone
    /// The steered types of the names of all zones.
    let steered: [Name: Set<RRType>]

    private enum Key {
        static let mandatory = 0
        static let ipv4Hint = 4
        static let ipv6Hint = 6
    }

    /// Aliases followed from a target, as many as an answer follows.
    private static let maximumChain = 8

    /// The RRset without the hints that steering contradicts, and a warning if there were any.
    func removed(from set: RRset, owner: Name) -> (set: RRset, warnings: [Finding]) {
        guard !steered.isEmpty else { return (set, []) }
        var set = set
        var names: Set<Name> = []
        for (index, rdata) in set.rdatas.enumerated() {
            guard let parts = RdataLayout(of: set.type)?.parts(of: rdata), parts.count == 3,
                let target = try? Name(wire: Array(rdata[parts[1]]))
            else { continue }
            let host = target.isRoot ? owner : target
            let types = steeredTypes(of: host)
            var keys: Set<Int> = []
            if types.contains(.a) { keys.insert(Key.ipv4Hint) }
            if types.contains(.aaaa) { keys.insert(Key.ipv6Hint) }
            let parameters = rdata[parts[2]]
            let kept = ServiceHints.parameters(parameters, without: keys)
            guard kept.count != parameters.count else { continue }
            set.rdatas[index] = Array(rdata[..<parts[2].lowerBound]) + kept
            names.insert(host)
        }
        // Records that differed in their hints alone are one now (RFC 2181 §5).
        var seen: Set<[UInt8]> = []
        set.rdatas.removeAll { !seen.insert($0).inserted }
        let warnings = names.sorted().map { host in
            Finding(
                .warning, at: set.position,
                "\(owner) \(set.type): \(host) is steered, so its address hints are left out (RFC 9460 §7.3)"
            )
        }
        return (set, warnings)
    }

    /// The types that a policy decides for a name, CNAMEs in the zone followed.
    private func steeredTypes(of host: Name) -> Set<RRType> {
        var name = host
        for _ in 0...ServiceHints.maximumChain {
            if let types = steered[name] { return types }
            guard let target = zone.rrset(name, .cname)?.targets.first else { break }
            name = target
        }
        guard zone.rrset(name, .a) == nil, zone.rrset(name, .aaaa) == nil else { return [] }
        // A steered wildcard may stand for it. One that another name hides costs a hint, no more.
        var ancestor = name.parent
        while let parent = ancestor {
            if let wildcard = try? parent.prepending([UInt8(ascii: "*")]),
                let types = steered[wildcard]
            {
                return types
            }
            ancestor = parent.parent
        }
        return []
    }

    /// Service parameters without some of the keys, which `mandatory` does not list any more then.
    private static func parameters(_ bytes: ArraySlice<UInt8>, without keys: Set<Int>) -> [UInt8] {
        guard !keys.isEmpty else { return Array(bytes) }
        var result: [UInt8] = []
        var rest = bytes
        while rest.count >= 4 {
            let head = rest.prefix(4).map(Int.init)
            let (key, length) = (head[0] << 8 | head[1], head[2] << 8 | head[3])
            let value = Array(rest.dropFirst(4).prefix(length))
            let parameter = Array(rest.prefix(4 + length))
            rest = rest.dropFirst(4 + length)
            if keys.contains(key) { continue }
            guard key == Key.mandatory else {
                result += parameter
                continue
            }
            let listed = stride(from: 0, to: value.count - 1, by: 2).filter {
                !keys.contains(Int(value[$0]) << 8 | Int(value[$0 + 1]))
            }
            // An empty list is malformed (RFC 9460 §8).
            guard !listed.isEmpty else { continue }
            let bytes = listed.count * 2
            result += parameter.prefix(2) + [UInt8(bytes >> 8), UInt8(truncatingIfNeeded: bytes)]
            result += listed.flatMap { value[$0...($0 + 1)] }
        }
        return result
    }
}
