/// Appends names and records to growing bytes and compresses names (RFC 1035 §4.1.4).
///
/// For code that may allocate: the image compiler prebuilds answers with it.
package struct CompressingWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    /// Where the first byte will stand in the message.
    package let base: Int
    /// Offsets in the message of names that may be pointed at.
    private var targets: [Name: Int] = [:]
    /// Names whose ancestors are not among `targets` yet: most messages compress nothing.
    private var waiting: [(name: Name, offset: Int)] = []
    /// Where a pointer was written, from the first byte on.
    package private(set) var pointers: [Int] = []
    /// No pointer reaches further than this, which leaves room for a longer question.
    package static let maximumTarget = 0x3FFF - Name.maximumBytes

    package init(base: Int) { self.base = base }

    /// Makes `name` and its ancestors, but not the root, targets; it stands at `offset` in the message.
    package mutating func addTarget(_ name: Name, at offset: Int) {
        waiting.append((name, offset))
    }

    private mutating func takeWaiting() {
        for (name, offset) in waiting { take(name, at: offset) }
        waiting.removeAll(keepingCapacity: true)
    }

    private mutating func take(_ name: Name, at offset: Int) {
        var name = name
        var offset = offset
        while !name.isRoot, offset <= CompressingWriter.maximumTarget {
            if targets[name] == nil { targets[name] = offset }
            offset += 1 + Int(name.wire[0])
            guard let parent = name.parent else { return }
            name = parent
        }
    }

    /// Writes a name, ending in a pointer where a suffix is known.
    ///
    /// - Parameter compressing: whether the name may hold a pointer; it can be pointed at in any case.
    package mutating func append(_ name: Name, compressing: Bool = true) {
        if compressing { takeWaiting() }
        let start = base + bytes.count
        var rest = name
        while !rest.isRoot {
            if compressing, let target = targets[rest] {
                pointers.append(bytes.count)
                append(UInt16(0xC000 | target))
                addTarget(name, at: start)
                return
            }
            bytes.append(contentsOf: rest.wire[0..<1 + Int(rest.wire[0])])
            guard let parent = rest.parent else { break }
            rest = parent
        }
        bytes.append(0)
        addTarget(name, at: start)
    }

    package mutating func append(_ value: UInt16) {
        bytes.append(UInt8(value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    package mutating func append(_ value: UInt32) {
        append(UInt16(value >> 16))
        append(UInt16(truncatingIfNeeded: value))
    }

    /// Writes one record; `rdata` is uncompressed.
    ///
    /// - Parameter owner: nil writes a pointer to the question's name, which never moves and so is not
    ///   among `pointers`.
    package mutating func appendRecord(owner: Name?, type: RRType, ttl: UInt32, rdata: [UInt8]) {
        if let owner { append(owner) } else { append(UInt16(0xC000 | Header.bytes)) }
        append(type.rawValue)
        append(RRClass.in)
        append(ttl)
        let lengthAt = bytes.count
        append(UInt16(0))
        let layout = CompressibleNames(type)
        var rest = rdata[...]
        bytes.append(contentsOf: rest.prefix(layout.prefixBytes))
        rest = rest.dropFirst(layout.prefixBytes)
        for _ in 0..<layout.nameCount {
            guard let length = CompressingWriter.nameLength(rest),
                let name = try? Name(wire: Array(rest.prefix(length)))
            else { break }
            append(name)
            rest = rest.dropFirst(length)
        }
        bytes.append(contentsOf: rest)
        let written = UInt16(truncatingIfNeeded: bytes.count - lengthAt - 2)
        bytes[lengthAt] = UInt8(written >> 8)
        bytes[lengthAt + 1] = UInt8(truncatingIfNeeded: written)
    }

    /// Bytes of the uncompressed name that `bytes` begins with; nil if there is none.
    package static func nameLength(_ bytes: ArraySlice<UInt8>) -> Int? {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let length = Int(bytes[index])
            index += 1 + length
            if length == 0 { return index - bytes.startIndex }
            guard length <= Name.maximumLabelBytes else { return nil }
        }
        return nil
    }
}
