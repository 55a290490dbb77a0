/// Compares responses, section by section as sets, and keeps count.
struct Comparison {
    private(set) var queries = 0
    /// Aspects in which the other two differ and Sterna is with the one named.
    private(set) var sided: [String: Int] = [:]
    private(set) var explained: [String: Int] = [:]
    private(set) var unexplained: [Difference] = []
    /// Responses of Sterna that break a rule whatever the others say.
    private(set) var broken: [String] = []

    /// Compares the three responses to each query.
    mutating func compare(
        _ queries: [Query], isStream: Bool, replies: [Server: [[UInt8]?]]
    ) {
        for (index, query) in queries.enumerated() {
            self.queries += 1
            let sterna = replies[.sterna]?[index]
            var decoded: Reply?
            if let sterna {
                do {
                    let reply = try Reply(sterna)
                    decoded = reply
                    for fault in Rules.broken(by: reply, to: query, isStream: isStream) {
                        broken.append("\(query): \(fault)\n  \(reply.text)")
                    }
                } catch {
                    broken.append("\(query): libldns does not take the response: \(error)")
                    continue
                }
            }
            compare(
                query, isStream, decoded, Comparison.decode(replies[.nsd]?[index]),
                Comparison.decode(replies[.knot]?[index]))
        }
    }

    private static func decode(_ bytes: [UInt8]??) -> Reply? {
        guard let bytes = bytes ?? nil else { return nil }
        return try? Reply(bytes)
    }

    private mutating func compare(
        _ query: Query, _ isStream: Bool, _ sterna: Reply?, _ nsd: Reply?, _ knot: Reply?
    ) {
        for aspect in Aspect.allCases {
            let own = sterna.view(aspect)
            let withNSD = own == nsd.view(aspect)
            let withKnot = own == knot.view(aspect)
            if withNSD, withKnot { continue }
            if withNSD || withKnot {
                sided["\(aspect.rawValue), with \(withNSD ? "NSD" : "Knot")", default: 0] += 1
                continue
            }
            let difference = Difference(
                query: query, isStream: isStream, aspect: aspect, sterna: sterna, nsd: nsd,
                knot: knot)
            if let accepted = AcceptedDifference.all.first(where: { $0.explains(difference) }) {
                explained[accepted.reason, default: 0] += 1
            } else {
                unexplained.append(difference)
            }
        }
    }

    /// One unexplained difference of each kind, with the number of those like it.
    func report(_ limit: Int) -> String {
        let kinds = Dictionary(grouping: unexplained, by: \.kind).values
            .sorted { $0.count > $1.count }
        return kinds.prefix(limit).map { alike in
            "\(alike.count) × \(alike[0].kind), such as\n\(alike[0].text)\n\n"
        }.joined()
    }

    /// Counts for each reason.
    var summary: String {
        func table(_ counts: [String: Int]) -> String {
            counts.sorted { $0.key < $1.key }.map { "  \($0.value) × \($0.key)\n" }.joined()
        }
        return """
            \(queries) queries asked of all three
            where NSD and Knot differ, Sterna is with one of them:
            \(table(sided))where it is with neither, accepted because:
            \(table(explained))unexplained: \(unexplained.count)
            """
    }
}

extension Reply? {
    /// What two responses must share to agree in an aspect; order and repetition do not count.
    fileprivate func view(_ aspect: Aspect) -> Set<String> {
        guard let reply = self else { return aspect == .silence ? ["silence"] : [] }
        switch aspect {
        case .silence: return []
        case .rcode: return [Reply.rcodeName(reply.rcode)]
        case .aa: return [String(reply.isAuthoritative)]
        case .tc: return [String(reply.isTruncated)]
        case .otherFlags: return [String(reply.otherFlags, radix: 16)]
        case .edns: return [reply.edns ?? "none"]
        case .answer: return Set(reply.answer)
        case .authority: return Set(reply.authority)
        case .additional: return Set(reply.additional)
        }
    }
}
