import DNSWire
import Serving

/// What there is to say of a response that no policy decided.
struct ResponseReason {
    let image: ServingImage
    let wire: WireAnswer?

    var response: Explanation.Response {
        let records = wire?.answers.count ?? 0
        let ttl = wire?.ttl
        return Explanation.Response(
            rcode: wire?.rcode.mnemonic ?? "none", text: text, answers: [], moreAnswers: 0,
            addresses: [], draws: 0, ttl: ttl,
            ttlText: ttl == nil
                ? ""
                : records > 0 && wire?.negativeTTL == nil
                    ? "of the record" : "of the zone's negative answers",
            scope: wire?.scope, scopeText: "the same for every client",
            extendedErrorCode: wire?.extendedError?.code,
            extendedErrorText: wire?.extendedError?.text, bytes: wire?.bytes ?? 0)
    }

    private var text: String {
        guard let wire else { return "no answer at all" }
        let records = wire.answers.count
        switch wire.rcode {
        case .refused:
            return wire.extendedError?.code == 18
                ? "the server's settings refuse this client" : "not a question for this server"
        case .nameError: return "the name does not exist (RFC 2308 §2.1)"
        case .noError where records == 0 && !wire.isAuthoritative:
            return "a referral to the servers of the zone below"
        case .noError where records == 0:
            return "the name exists, the type does not (RFC 2308 §2.2)"
        case .noError: return records == 1 ? "one record" : "\(records) records"
        default: return "an error"
        }
    }
}

extension RCode {
    /// As `dig` prints it.
    var mnemonic: String {
        switch rawValue {
        case 0: "NOERROR"
        case 1: "FORMERR"
        case 2: "SERVFAIL"
        case 3: "NXDOMAIN"
        case 4: "NOTIMP"
        case 5: "REFUSED"
        case 6: "YXDOMAIN"
        case 9: "NOTAUTH"
        case 16: "BADVERS"
        default: "RCODE\(rawValue)"
        }
    }
}
