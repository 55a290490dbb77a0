/// A way in which Sterna may differ from both NSD and Knot.
struct AcceptedDifference: Sendable {
    let reason: String
    let explains: @Sendable (Difference) -> Bool

    /// An address record whose owner is a compression pointer.
    private static let leastRecordBytes = 16

    /// The one list of accepted differences; the first that explains one counts.
    static let all: [AcceptedDifference] = [
        AcceptedDifference(
            reason: "all of a long chain of aliases fits in where the others, which compress it"
                + " less, have TC (RFC 1035 §4.1.4)"
        ) { difference in
            guard let sterna = difference.sterna, !sterna.isTruncated,
                ["DNAME", "CNAME"].contains(sterna.answer.first.map(RecordText.init)?.type ?? "")
            else { return false }
            return [.tc, .rcode, .answer, .authority].contains(difference.aspect)
                && difference.others.allSatisfy {
                    $0.isTruncated && Set($0.answer).isSubset(of: sterna.answer)
                }
        },
        AcceptedDifference(
            reason: "where the others have no byte to spare Sterna has TC, as it compresses less"
                + " behind aliases (RFC 1035 §4.1.4)"
        ) { difference in
            difference.aspect == .tc && difference.sterna?.isTruncated == true
                && isNearlyFull(difference)
        },
        AcceptedDifference(
            reason: "a response with TC is not to be used, so what is in it may differ"
                + " (RFC 2181 §9)"
        ) { difference in
            [.rcode, .answer, .authority, .additional].contains(difference.aspect)
                && difference.sterna?.isTruncated == true
                && (difference.others.contains { $0.isTruncated } || isNearlyFull(difference))
        },
        AcceptedDifference(
            reason: "which of the additional RRsets are there when room is short is open"
                + " (RFC 2181 §9)"
        ) { difference in
            guard difference.aspect == .additional, !difference.isStream,
                let sterna = difference.sterna
            else { return false }
            let missing = Set(difference.others.flatMap(\.additional)).subtracting(
                sterna.additional)
            return !missing.isEmpty
                && sterna.bytes.count + missing.count * leastRecordBytes > difference.query.udpBytes
        },
        AcceptedDifference(
            reason: "NSD does not answer NSEC3 with a CNAME, Knot does not follow one into another"
                + " zone; a type of no meaning in an unsigned zone (RFC 1034 §4.3.2)"
        ) { difference in
            difference.query.type == 50 && difference.nsd?.answer.isEmpty == true
                && difference.sterna?.answer.first?.contains("\tCNAME\t") == true
                && difference.sterna?.answer.first == difference.knot?.answer.first
        },
        AcceptedDifference(
            reason: "ANY is answered with one RRset; which one is open (RFC 8482 §4.1)"
        ) { difference in
            difference.query.type == RecordTypes.any && difference.aspect == .answer
                && difference.sterna.map { Set($0.answer.map { RecordText($0).rrset }).count == 1 }
                    == true
                && difference.others.allSatisfy { !$0.answer.isEmpty }
        },
        AcceptedDifference(
            reason: "an answer to ANY is as small as it can be, so its additional section too"
                + " (RFC 8482 §4.1)"
        ) { difference in
            difference.query.type == RecordTypes.any && difference.aspect == .additional
        },
        AcceptedDifference(
            reason: "ANY below a DNAME is answered by the CNAME made from it, as ANY at any CNAME"
                + " is, and goes no further (RFC 8482 §4.1)"
        ) { difference in
            difference.query.type == RecordTypes.any
                && difference.sterna?.rcode == 0
                && difference.sterna?.answer.first.map(RecordText.init)?.type == "DNAME"
                && difference.sterna?.answer.last.map(RecordText.init)?.type == "CNAME"
        },
        AcceptedDifference(
            reason: "chains and loops of aliases are followed for eight steps; every server has"
                + " a bound of its own (RFC 1034 §5.2.2)"
        ) { difference in
            guard let answer = difference.sterna?.answer else { return false }
            let types = answer.map { RecordText($0).type }
            let steps = types.count { $0 == "CNAME" }
            let isLong =
                types.allSatisfy { $0 == "CNAME" || $0 == "DNAME" }
                && (steps == longestChain
                    || steps > longestChainOfKnot && difference.sterna?.isTruncated == true
                    || steps >= longestChainOfKnot && difference.sterna?.rcode == 6)
            return isLong
                && [.rcode, .tc, .answer, .authority, .additional].contains(difference.aspect)
                && difference.others.contains { $0.answer.starts(with: answer.prefix(2)) }
        },
        AcceptedDifference(
            reason: "more addresses of hosts that the answer names, and what AliasMode leads to"
                + " (RFC 1034 §4.3.2 step 6, RFC 9460 §4.1)"
        ) { difference in
            guard difference.aspect == .additional, let sterna = difference.sterna,
                let least = difference.others.map({ Set($0.additional) })
                    .first(where: { $0.isSubset(of: sterna.additional) })
            else { return false }
            // What AliasMode leads to goes along, and names hosts of its own.
            let services = sterna.additional.filter {
                ["SVCB", "HTTPS"].contains(RecordText($0).type)
            }
            return Set(sterna.additional).subtracting(least).allSatisfy { line in
                let record = RecordText(line)
                switch record.type {
                case "A", "AAAA":
                    return (sterna.answer + services).contains { $0.contains(record.owner) }
                case "SVCB", "HTTPS":
                    return (sterna.answer + services).contains {
                        let other = RecordText($0)
                        return other.owner != record.owner && other.rdata.contains(record.owner)
                    }
                default: return false
                }
            }
        },
    ]

    /// CNAMEs in the answer where Sterna goes no further: the first, and eight more.
    private static let longestChain = 9

    /// Where Knot stops in a loop.
    private static let longestChainOfKnot = 5
    /// What compression may save behind an alias, in bytes.
    private static let sparedBytes = 32

    /// Whether one of the others fits in, but only just.
    private static func isNearlyFull(_ difference: Difference) -> Bool {
        difference.others.contains {
            !$0.isTruncated && $0.bytes.count + sparedBytes > difference.query.udpBytes
        }
    }
}
