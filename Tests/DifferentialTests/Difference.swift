/// What is compared of responses, one by one.
enum Aspect: String, CaseIterable {
    case silence, rcode, aa, tc, otherFlags, edns, answer, authority, additional
}

/// One aspect of the response to a query in which Sterna agrees with neither of the others.
struct Difference {
    let query: Query
    let isStream: Bool
    let aspect: Aspect
    let sterna: Reply?
    let nsd: Reply?
    let knot: Reply?

    /// The other two, as far as they answered.
    var others: [Reply] { [nsd, knot].compactMap { $0 } }

    /// For reports; differences that look alike share it.
    var kind: String {
        let type = RecordTypes.name(of: query.type)
        let rcode = sterna.map { Reply.rcodeName($0.rcode) } ?? "silence"
        return "\(aspect.rawValue) of \(type) with \(rcode)"
    }

    /// For reports.
    var text: String {
        """
        \(query)\(isStream ? " +tcp" : ""): \(aspect.rawValue)
          sterna: \(sterna?.text ?? "silence")
          nsd:    \(nsd?.text ?? "silence")
          knot:   \(knot?.text ?? "silence")
        """
    }
}
