import CLDNS
import DNSWire

/// Encodes the rdata of rarer types with libldns, one record at a time.
///
/// libldns passes over words it does not know and lets numbers wrap. So names are completed, numbers and
/// types checked here before it sees them, and it never sees more than one record.
struct LibraryRdata {
    private let text: MasterText
    private let type: RRType
    private let words: ArraySlice<Word>

    static let loc = RRType(rawValue: 29)
    private static let apl = RRType(rawValue: 42)
    private static let ipsecKey = RRType(rawValue: 45)
    private static let nsec3 = RRType(rawValue: 50)
    private static let hip = RRType(rawValue: 55)

    static func encode(
        _ text: MasterText, type: RRType, typeWord: Word, words: ArraySlice<Word>
    ) throws(EntryError) -> [UInt8] {
        guard let first = words.first ?? (type == apl ? typeWord : nil) else {
            throw EntryError(typeWord, "the \(type) record has no rdata")
        }
        let rdata = LibraryRdata(text: text, type: type, words: words)
        let line = ". 0 IN \(type) " + (try rdata.presentation())
        guard line.utf8.count <= LibraryRecord.textLimit else {
            throw EntryError(first, "the \(type) rdata is too long")
        }
        do {
            return try LibraryRecord(line: line).rdata
        } catch {
            throw EntryError(
                first,
                "the \(type) rdata cannot be read: \(error); \\# LENGTH HEX always can (RFC 3597 §5)"
            )
        }
    }

    /// The rdata with absolute names, on one line.
    private func presentation() throws(EntryError) -> String {
        try checkCount()
        var parts: [String] = []
        let kinds = fieldKinds()
        for (index, word) in words.enumerated() {
            parts.append(try presentation(word, index < kinds.count ? kinds[index] : nil, index))
        }
        return parts.joined(separator: " ")
    }

    /// libldns reads no further than the last size that a LOC record can have (RFC 1876 §3).
    private func checkCount() throws(EntryError) {
        guard type == LibraryRdata.loc,
            let east = words.firstIndex(where: {
                ["E", "W"].contains(text.string($0).uppercased())
            }), let extra = words.dropFirst(east + 1 - words.startIndex + 4).first
        else { return }
        throw EntryError(extra, "'\(text.string(extra))' follows the end of the LOC rdata")
    }

    /// The kinds of the leading fields that take one word each.
    private func fieldKinds() -> [ldns_rdf_type] {
        switch type {
        case LibraryRdata.ipsecKey:
            let isName = words.dropFirst().first.map(text.string) == "3"
            return [LDNS_RDF_TYPE_INT8, LDNS_RDF_TYPE_INT8, LDNS_RDF_TYPE_INT8]
                + (isName ? [LDNS_RDF_TYPE_DNAME] : [])
        case LibraryRdata.hip:
            return [LDNS_RDF_TYPE_INT8, LDNS_RDF_TYPE_HEX, LDNS_RDF_TYPE_B64]
                + words.dropFirst(3).map { _ in LDNS_RDF_TYPE_DNAME }
        case LibraryRdata.nsec3:
            return [
                LDNS_RDF_TYPE_INT8, LDNS_RDF_TYPE_INT8, LDNS_RDF_TYPE_INT16,
                LDNS_RDF_TYPE_NSEC3_SALT, LDNS_RDF_TYPE_NSEC3_NEXT_OWNER,
            ] + words.dropFirst(5).map { _ in LDNS_RDF_TYPE_TYPE }
        default:
            guard let row = ldns_rr_descript(type.rawValue) else { return [] }
            return (0..<ldns_rr_descriptor_minimum(row)).map {
                ldns_rr_descriptor_field_type(row, $0)
            }
        }
    }

    private func presentation(
        _ word: Word, _ kind: ldns_rdf_type?, _ index: Int
    ) throws(EntryError) -> String {
        switch kind {
        case LDNS_RDF_TYPE_DNAME: return try text.name(word).description
        case LDNS_RDF_TYPE_INT8: return try number(word, upTo: UInt64(UInt8.max))
        case LDNS_RDF_TYPE_INT16: return try number(word, upTo: UInt64(UInt16.max))
        case LDNS_RDF_TYPE_INT32: return try number(word, upTo: UInt64(UInt32.max))
        case LDNS_RDF_TYPE_ALG where isNumeric(word):
            return try number(word, upTo: UInt64(UInt8.max))
        case LDNS_RDF_TYPE_CERT_ALG where isNumeric(word):
            return try number(word, upTo: UInt64(UInt16.max))
        case LDNS_RDF_TYPE_TYPE:
            guard let type = RRType(text.string(word)) else {
                throw EntryError(word, "'\(text.string(word))' is not a record type")
            }
            return type.description
        default: return raw(word)
        }
    }

    private func isNumeric(_ word: Word) -> Bool { text.raw(word).allSatisfy(Lexer.isDigit) }

    private func number(_ word: Word, upTo limit: UInt64) throws(EntryError) -> String {
        guard let number = text.number(word, upTo: limit) else {
            throw EntryError(
                word, "'\(text.string(word))' is not a number from 0 to \(limit)")
        }
        return String(number)
    }

    /// The word as written, with every byte that is not printable ASCII as `\DDD`.
    private func raw(_ word: Word) -> String {
        var result = word.isQuoted ? "\"" : ""
        for byte in text.raw(word) {
            if (0x20...0x7E).contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte)
                result += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
            }
        }
        return word.isQuoted ? result + "\"" : result
    }
}
