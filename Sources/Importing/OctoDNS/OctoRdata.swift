import DNSWire
import Settings

/// Data of records as octoDNS writes it, by fields, as text.
enum OctoRdata {
    /// Keys in the order of the record's fields; several spellings of one field stand together.
    private static let fields: [String: [[String]]] = [
        "MX": [["preference", "priority"], ["exchange", "value"]],
        "SRV": [["priority"], ["weight"], ["port"], ["target"]],
        "CAA": [["flags"], ["tag"], ["value"]],
        "NAPTR": [
            ["order"], ["preference"], ["flags"], ["service"], ["regexp"], ["replacement"],
        ],
        "SSHFP": [["algorithm"], ["fingerprint_type"], ["fingerprint"]],
        "TLSA": [
            ["certificate_usage"], ["selector"], ["matching_type"],
            ["certificate_association_data"],
        ],
        "DS": [["key_tag"], ["algorithm"], ["digest_type"], ["digest"]],
        "URI": [["priority"], ["weight"], ["target"]],
        "SVCB": [["svcpriority"], ["targetname"]],
        "HTTPS": [["svcpriority"], ["targetname"]],
        "OPENPGPKEY": [["value"]],
    ]
    /// Fields that are strings.
    private static let strings: Set<String> = ["flags", "service", "regexp", "value"]

    /// The text of one value; nil when a field is missing or a name is none.
    ///
    /// - Parameter origin: what names without a final dot are relative to.
    static func text(_ node: YAMLNode, type: String, origin: Name) -> String? {
        func name(_ text: String) -> Name? { try? Name(text, relativeTo: origin) }
        if let entries = node.map {
            if type == "LOC" { return location(entries) }
            guard let fields = fields[type] else { return nil }
            var words: [String] = []
            for keys in fields {
                guard let entry = entries.first(where: { keys.contains($0.key) }) else {
                    return nil
                }
                words.append(word(entry, type: type))
            }
            guard !words.contains("") else { return nil }
            words += parameters(entries.first { $0.key == "svcparams" }?.value)
            return RecordText.rdata(words, type: type, absolute: name)
        }
        guard let text = node.text, !text.isEmpty else { return nil }
        if type == "TXT" || type == "SPF" {
            // octoDNS escapes semicolons, and may hold strings that are cut and quoted already.
            let plain = text.replacing("\\;", with: ";")
            if plain.hasPrefix("\""), let words = RecordText.words(plain) {
                return words.flatMap(RecordText.strings).joined(separator: " ")
            }
            return RecordText.strings(RecordText.quoted(plain)).joined(separator: " ")
        }
        guard let words = RecordText.words(text), !words.isEmpty else { return nil }
        return RecordText.rdata(words, type: type, absolute: name)
    }

    private static func word(_ entry: YAMLEntry, type: String) -> String {
        let text = entry.value.text ?? ""
        let isString =
            (type == "NAPTR" && strings.contains(entry.key))
            || (type == "CAA" && entry.key == "value") || (type == "URI" && entry.key == "target")
        if isString { return RecordText.quoted(text) }
        return text.contains(" ") ? "" : text
    }

    private static func parameters(_ node: YAMLNode?) -> [String] {
        (node?.map ?? []).map { entry in
            let items = entry.value.list?.compactMap(\.text) ?? [entry.value.text ?? ""]
            let value = items.joined(separator: ",")
            return value.isEmpty ? entry.key : "\(entry.key)=\(RecordText.quoted(value))"
        }
    }

    /// RFC 1876 §3.
    private static func location(_ entries: [YAMLEntry]) -> String? {
        func field(_ key: String) -> String? {
            entries.first { $0.key == key }?.value.text.flatMap { $0.contains(" ") ? nil : $0 }
        }
        var words: [String] = []
        for half in ["lat", "long"] {
            guard let degrees = field("\(half)_degrees"), let side = field("\(half)_direction")
            else { return nil }
            words += [
                degrees, field("\(half)_minutes") ?? "0", field("\(half)_seconds") ?? "0", side,
            ]
        }
        guard let altitude = field("altitude") else { return nil }
        words.append("\(altitude)m")
        for key in ["size", "precision_horz", "precision_vert"] {
            guard let value = field(key) else { break }
            words.append("\(value)m")
        }
        return words.joined(separator: " ")
    }
}
