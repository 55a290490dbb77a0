import DNSWire

extension FuzzEntry {
    /// A name, read as presentation form and as wire form (RFC 1035 §3.1, §5.1).
    static let name = FuzzEntry(
        "name", text: ["\\046", "\\.", "\\", ".", "..", "@", "\\999", "*."]
    ) { input in
        let origin = try? Name(labels: [[101, 120], [111]])
        guard let origin else { return "the origin is no name" }
        if let name = try? Name(String(decoding: input, as: UTF8.self), relativeTo: origin) {
            if let complaint = complaint(about: name) { return "text: \(complaint)" }
        }
        if let name = try? Name(wire: input) {
            if name.wire != input { return "wire form changed" }
            if let complaint = complaint(about: name) { return "wire: \(complaint)" }
        }
        return nil
    }

    private static func complaint(about name: Name) -> String? {
        guard name.wire.count <= 255, name.wire.last == 0 else { return "no wire form" }
        guard let again = try? Name(wire: name.wire), again == name else {
            return "its wire form is another name"
        }
        guard let read = try? Name(name.description), read.wire == name.wire else {
            return "its presentation form is another name: \(name)"
        }
        guard let joined = try? Name(labels: name.labels), joined.wire == name.wire,
            joined.labels.count == name.labelCount
        else { return "its labels make another name" }
        let lower = name.lowercased()
        guard lower == name, lower.hashValue == name.hashValue, !(lower < name), !(name < lower)
        else { return "lower case makes another name" }
        return keyComplaint(name)
    }

    /// The key that the query path makes of a name says the same.
    private static func keyComplaint(_ name: Name) -> String? {
        var key = NameKey()
        name.wire.withUnsafeBytes { key.set(ByteView($0)) }
        let lower = name.lowercased().wire
        guard key.labelCount == name.labelCount else { return "the key has other labels" }
        var start = 0
        for dropped in 0...key.labelCount {
            let isSame = lower[start...].withUnsafeBytes {
                key.suffix(dropping: dropped).equals(ByteView($0))
            }
            guard isSame else { return "the key differs behind \(dropped) labels" }
            start += 1 + Int(lower[start])
        }
        return nil
    }
}
