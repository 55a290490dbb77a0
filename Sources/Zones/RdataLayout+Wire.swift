package import DNSWire

/// Taking rdata apart.
extension RdataLayout {
    /// Where each field lies in `rdata`; nil when the bytes are not what the type prescribes.
    ///
    /// A field that goes on to the end counts as one.
    package func parts(of rdata: [UInt8]) -> [Range<Int>]? {
        var parts: [Range<Int>] = []
        var offset = 0
        for field in fields {
            guard let end = RdataLayout.end(of: field, at: offset, in: rdata) else { return nil }
            parts.append(offset..<end)
            offset = end
        }
        return offset == rdata.count ? parts : nil
    }

    package func isWellFormed(_ rdata: [UInt8]) -> Bool {
        switch fields.count == 1 ? fields[0] : nil {
        case .ipv4: rdata.count == 4
        case .ipv6: rdata.count == 16
        default: parts(of: rdata) != nil
        }
    }

    /// The name that rdata with just one name holds: the target of NS, CNAME, MX, SRV and the like.
    package func target(in rdata: [UInt8]) -> Name? {
        guard let index = fields.firstIndex(of: .name), fields.lastIndex(of: .name) == index,
            let parts = parts(of: rdata)
        else { return nil }
        return try? Name(wire: Array(rdata[parts[index]]))
    }

    /// Rdata in the form in which equal data has equal bytes: embedded names in lower case where
    /// RFC 4034 §6.2 says so.
    package func canonical(_ rdata: [UInt8]) -> [UInt8] {
        guard ignoresCase, let parts = parts(of: rdata) else { return rdata }
        var result = rdata
        for (field, part) in zip(fields, parts) where field == .name {
            for index in part { result[index] = Name.lowercased(result[index]) }
        }
        return result
    }

    private static func end(of field: Field, at offset: Int, in rdata: [UInt8]) -> Int? {
        let rest = rdata.count - offset
        switch field {
        case .u8, .algorithm: return rest >= 1 ? offset + 1 : nil
        case .u16: return rest >= 2 ? offset + 2 : nil
        case .u32, .period, .ipv4: return rest >= 4 ? offset + 4 : nil
        case .ipv6: return rest >= 16 ? offset + 16 : nil
        case .name: return endOfName(at: offset, in: rdata)
        case .string: return endOfString(at: offset, in: rdata)
        case .strings:
            var end = offset
            repeat {
                guard let next = endOfString(at: end, in: rdata) else { return nil }
                end = next
            } while end < rdata.count
            return end
        case .tag:
            guard let end = endOfString(at: offset, in: rdata), end > offset + 1,
                rdata[(offset + 1)..<end].allSatisfy(isLetterOrDigit)
            else { return nil }
            return end
        case .text: return rdata.count
        case .hex, .base64: return rest >= 1 ? rdata.count : nil
        case .typeBitmap: return isTypeBitmap(rdata[offset...]) ? rdata.count : nil
        case .parameters: return areParameters(rdata[offset...]) ? rdata.count : nil
        }
    }

    private static func endOfName(at start: Int, in rdata: [UInt8]) -> Int? {
        var offset = start
        while offset < rdata.count {
            let length = Int(rdata[offset])
            offset += 1
            if length == 0 { return offset - start <= Name.maximumBytes ? offset : nil }
            guard length <= Name.maximumLabelBytes else { return nil }
            offset += length
        }
        return nil
    }

    private static func endOfString(at offset: Int, in rdata: [UInt8]) -> Int? {
        guard offset < rdata.count else { return nil }
        let end = offset + 1 + Int(rdata[offset])
        return end <= rdata.count ? end : nil
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }

    /// Windows in ascending order, each of 1 to 32 bytes that do not end in zero (RFC 4034 §4.1.2).
    private static func isTypeBitmap(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        var last = -1
        while let window = rest.popFirst() {
            guard Int(window) > last, let length = rest.popFirst(), (1...32).contains(length),
                rest.count >= Int(length), rest[rest.startIndex + Int(length) - 1] != 0
            else { return false }
            last = Int(window)
            rest = rest.dropFirst(Int(length))
        }
        return true
    }

    /// Keys in ascending order, each once, with values that fit (RFC 9460 §2.2).
    private static func areParameters(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        var last = -1
        while !rest.isEmpty {
            guard rest.count >= 4 else { return false }
            let head = Array(rest.prefix(4)).map(Int.init)
            let (key, length) = (head[0] << 8 | head[1], head[2] << 8 | head[3])
            guard key > last, rest.count >= 4 + length else { return false }
            last = key
            rest = rest.dropFirst(4 + length)
        }
        return true
    }
}
