/// A domain name in wire form, for code that may allocate (RFC 1035 §3.1).
///
/// The spelling is kept, comparison ignores ASCII case (RFC 4343). Per-query code reads names where
/// they lie in a packet and never makes one of these.
package struct Name: Sendable {
    /// Length-prefixed labels and the root's zero byte, as spelled.
    package let wire: [UInt8]

    /// Longest name on the wire, in bytes (RFC 1035 §2.3.4).
    @inlinable package static var maximumBytes: Int { NameLimit.bytes }
    /// Longest label, in bytes (RFC 1035 §2.3.4).
    @inlinable package static var maximumLabelBytes: Int { NameLimit.labelBytes }

    package static let root = Name(uncheckedWire: [0])

    init(uncheckedWire wire: [UInt8]) { self.wire = wire }

    /// Takes an uncompressed wire name that must fill `wire` exactly.
    package init(wire: [UInt8]) throws(NameError) {
        var offset = 0
        while true {
            guard offset < wire.count else { throw .truncated }
            let length = Int(wire[offset])
            if length == 0 { break }
            guard length <= Name.maximumLabelBytes else { throw .labelTooLong }
            offset += 1 + length
        }
        guard offset + 1 == wire.count else { throw .truncated }
        guard wire.count <= Name.maximumBytes else { throw .nameTooLong }
        self.wire = wire
    }

    /// Joins labels, leftmost first.
    package init(labels: [[UInt8]]) throws(NameError) {
        var wire: [UInt8] = []
        for label in labels {
            guard !label.isEmpty else { throw .emptyLabel }
            guard label.count <= Name.maximumLabelBytes else { throw .labelTooLong }
            wire.append(UInt8(label.count))
            wire.append(contentsOf: label)
        }
        wire.append(0)
        guard wire.count <= Name.maximumBytes else { throw .nameTooLong }
        self.wire = wire
    }

    /// The labels, leftmost first, without the root's.
    package var labels: [[UInt8]] {
        var result: [[UInt8]] = []
        var offset = 0
        while wire[offset] != 0 {
            let length = Int(wire[offset])
            result.append(Array(wire[offset + 1..<offset + 1 + length]))
            offset += 1 + length
        }
        return result
    }

    /// How many labels the name has; the root has none (RFC 4034 §3.1.3 counts the same way).
    package var labelCount: Int {
        var count = 0
        var offset = 0
        while wire[offset] != 0 {
            offset += 1 + Int(wire[offset])
            count += 1
        }
        return count
    }

    package var isRoot: Bool { wire.count == 1 }

    /// Whether the leftmost label is the single character `*` (RFC 4592 §2.1.1).
    package var isWildcard: Bool { wire.count > 2 && wire[0] == 1 && wire[1] == UInt8(ascii: "*") }

    /// Whether any label is the single character `*`.
    package var hasWildcard: Bool {
        var offset = 0
        while wire[offset] != 0 {
            if wire[offset] == 1, wire[offset + 1] == UInt8(ascii: "*") { return true }
            offset += 1 + Int(wire[offset])
        }
        return false
    }

    /// The name without its leftmost label; nil for the root.
    package var parent: Name? {
        isRoot ? nil : Name(uncheckedWire: Array(wire[(1 + Int(wire[0]))...]))
    }

    /// Wire form in lower case: the form that is hashed and stored.
    package var lowercasedWire: [UInt8] {
        var result = wire
        for index in result.indices { result[index] = Name.lowercased(result[index]) }
        return result
    }

    package func lowercased() -> Name { Name(uncheckedWire: lowercasedWire) }

    /// Whether this name is `other` or lies below it.
    package func isAtOrBelow(_ other: Name) -> Bool {
        guard wire.count >= other.wire.count else { return false }
        var offset = 0
        while wire.count - offset > other.wire.count { offset += 1 + Int(wire[offset]) }
        guard wire.count - offset == other.wire.count else { return false }
        for index in other.wire.indices
        where Name.lowercased(wire[offset + index]) != Name.lowercased(other.wire[index]) {
            return false
        }
        return true
    }

    package func isBelow(_ other: Name) -> Bool {
        wire.count > other.wire.count && isAtOrBelow(other)
    }

    /// Puts one label in front.
    package func prepending(_ label: [UInt8]) throws(NameError) -> Name {
        try Name(labels: [label] + labels)
    }

    /// This name's labels in front of `suffix`.
    package func appending(_ suffix: Name) throws(NameError) -> Name {
        let joined = Array(wire.dropLast()) + suffix.wire
        guard joined.count <= Name.maximumBytes else { throw .nameTooLong }
        return Name(uncheckedWire: joined)
    }

    @inlinable
    package static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}

/// Why bytes or text are not a domain name.
package enum NameError: Error, Equatable, CustomStringConvertible {
    case truncated
    case emptyLabel
    case labelTooLong
    case nameTooLong
    case badEscape

    package var description: String {
        switch self {
        case .truncated: "the name ends before its root label (RFC 1035 §3.1)"
        case .emptyLabel: "the name has an empty label (RFC 1035 §3.1)"
        case .labelTooLong: "a label is longer than 63 bytes (RFC 1035 §2.3.4)"
        case .nameTooLong: "the name is longer than 255 bytes (RFC 1035 §2.3.4)"
        case .badEscape: "a backslash needs a character or three digits up to 255 (RFC 1035 §5.1)"
        }
    }
}

extension Name: Hashable {
    package static func == (a: Name, b: Name) -> Bool {
        guard a.wire.count == b.wire.count else { return false }
        // Spelled alike, as names in one file mostly are: one comparison of memory.
        if a.wire == b.wire { return true }
        for index in a.wire.indices where lowercased(a.wire[index]) != lowercased(b.wire[index]) {
            return false
        }
        return true
    }

    package func hash(into hasher: inout Hasher) {
        // Folded first and mixed once: feeding the hasher byte by byte is most of loading a zone.
        var folded: UInt64 = 0
        for byte in wire {
            folded = (folded ^ UInt64(Name.lowercased(byte))) &* 0x0000_0100_0000_01B3
        }
        hasher.combine(folded)
    }
}

extension Name: Comparable {
    /// Canonical order (RFC 4034 §6.1): by labels from the right, as lower-case byte strings.
    package static func < (a: Name, b: Name) -> Bool {
        let left = a.wire.span
        let right = b.wire.span
        var leftStarts = InlineArray<128, UInt8>(repeating: 0)
        var rightStarts = InlineArray<128, UInt8>(repeating: 0)
        var leftCount = starts(of: left, into: &leftStarts)
        var rightCount = starts(of: right, into: &rightStarts)
        while leftCount > 0, rightCount > 0 {
            leftCount -= 1
            rightCount -= 1
            let order = compare(
                left, Int(leftStarts[leftCount]), right, Int(rightStarts[rightCount]))
            if order != 0 { return order < 0 }
        }
        return leftCount < rightCount
    }

    /// Where each label begins, leftmost first; returns how many there are.
    private static func starts(
        of wire: Span<UInt8>, into starts: inout InlineArray<128, UInt8>
    ) -> Int {
        var count = 0
        var offset = 0
        while wire[offset] != 0, count < 128 {
            starts[count] = UInt8(truncatingIfNeeded: offset)
            count += 1
            offset += 1 + Int(wire[offset])
        }
        return count
    }

    /// Compares one label of each as lower-case byte strings: negative, 0, or positive.
    private static func compare(
        _ left: Span<UInt8>, _ leftStart: Int,
        _ right: Span<UInt8>, _ rightStart: Int
    ) -> Int {
        let leftBytes = Int(left[leftStart])
        let rightBytes = Int(right[rightStart])
        for offset in 1..<1 + min(leftBytes, rightBytes) {
            let x = lowercased(left[leftStart + offset])
            let y = lowercased(right[rightStart + offset])
            if x != y { return x < y ? -1 : 1 }
        }
        return leftBytes - rightBytes
    }
}

extension [Name] {
    /// The names in canonical order, all at or below `origin`.
    ///
    /// Most of them differ in the label below the origin, whose first bytes are compared as one number.
    package func inCanonicalOrder(below origin: Name) -> [Name] {
        map { (key: $0.orderKey(below: origin), name: $0) }
            .sorted { $0.key != $1.key ? $0.key < $1.key : $0.name < $1.name }
            .map(\.name)
    }
}

extension Name {
    /// Up to eight bytes of the label below `origin`, in lower case; 0 for the origin itself.
    fileprivate func orderKey(below origin: Name) -> UInt64 {
        var start = 0
        var next = 0
        while wire.count - next > origin.wire.count {
            start = next
            next += 1 + Int(wire[next])
        }
        guard next > start else { return 0 }
        var key: UInt64 = 0
        for index in 1...8 {
            let byte = index <= Int(wire[start]) ? Name.lowercased(wire[start + index]) : 0
            key = key << 8 | UInt64(byte)
        }
        return key
    }
}
