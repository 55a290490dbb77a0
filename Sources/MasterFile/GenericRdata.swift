import DNSWire
import Zones

/// Rdata of any type as `\# LENGTH HEX` (RFC 3597 §5).
enum GenericRdata {
    /// - Parameter words: What follows the `\#`.
    static func encode(
        _ text: MasterText, type: RRType, marker: Word, _ words: ArraySlice<Word>
    ) throws(EntryError) -> [UInt8] {
        guard let lengthWord = words.first,
            let length = text.number(lengthWord, upTo: UInt64(UInt16.max))
        else {
            throw EntryError(
                words.first ?? marker,
                "\\# is followed by a length up to 65535 (RFC 3597 §5)")
        }
        let digits = words.dropFirst().flatMap { text.raw($0) }
        guard let bytes = Hex.decode(digits), bytes.count == Int(length) else {
            throw EntryError(
                lengthWord,
                "\(length) bytes are announced, which the hexadecimal digits do not give (RFC 3597 §5)"
            )
        }
        guard isSound(bytes, type: type) else {
            throw EntryError(
                lengthWord, "the bytes are not \(type) rdata (RFC 3597 §5)")
        }
        return bytes
    }

    private static func isSound(_ rdata: [UInt8], type: RRType) -> Bool {
        if let layout = RdataLayout(of: type) { return layout.isWellFormed(rdata) }
        // The only opaque type of a fixed size (RFC 1876 §2).
        if type == LibraryRdata.loc, rdata.count != 16 { return false }
        // The library decompresses names: sound rdata comes back as it was.
        return LibraryRecord(type: type, rdata: rdata)?.rdata == rdata
    }
}
