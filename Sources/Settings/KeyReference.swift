/// The manual's list of keys, as Markdown: one table for each object, made of the table that checks.
package func keyReference(for file: SettingsFile) -> String {
    var writer = ReferenceWriter()
    writer.write(file == .server ? ServerKeys.file : SteeringKeys.zoneFile, path: "")
    return writer.text
}

private struct ReferenceWriter {
    var text = ""

    /// Recursion follows the table, which is a few levels deep and has no loops.
    mutating func write(_ shape: SettingsShape, path: String) {
        text += "\n### \(path.isEmpty ? shape.title : "`\(path)`")\n\n"
        text += "| key | value | default | meaning |\n| --- | --- | --- | --- |\n"
        for key in shape.keys {
            let fallback = key.required ? "required" : key.defaultText.map { "`\($0)`" } ?? ""
            text +=
                "| `\(key.name)` | \(ReferenceWriter.words(key.kind)) | \(fallback) | \(key.doc) |\n"
        }
        for key in shape.keys {
            let inner = path.isEmpty ? key.name : "\(path).\(key.name)"
            for (suffix, nested) in ReferenceWriter.shapes(key.kind) {
                write(nested, path: inner + suffix)
            }
        }
    }

    private static func shapes(_ kind: SettingsKind) -> [(String, SettingsShape)] {
        switch kind {
        case .object(let shape): [("", shape)]
        case .map(_, .object(let shape)): [(".NAME", shape)]
        case .either(let kinds): kinds.flatMap(shapes)
        default: []
        }
    }

    private static func words(_ kind: SettingsKind) -> String {
        switch kind {
        case .oneOrMore(let item, let maximum): "\(words(item)), or a list of up to \(maximum)"
        case .map(_, .object): "map of names to objects"
        case .map(_, .policy): "map of names to policies"
        case .map: "map of text"
        case .object: "object"
        case .either(let kinds): kinds.map(words).joined(separator: ", or ")
        case .policy: "policy"
        case .location: "[latitude, longitude]"
        case .statuses: "status, range such as `200-399`, or a list"
        case .timeToLive: "seconds, a duration, `auto` or `{auto: {min, max}}`"
        case .seconds: "seconds, or a duration"
        case .whenDown:
            "`all`, `lastGood`, `nodata`, `servfail`, a list of addresses, `{policy: POLICY}` or "
                + "`{host: NAME}`"
        default: SettingsChecker.words(for: kind)
        }
    }
}
