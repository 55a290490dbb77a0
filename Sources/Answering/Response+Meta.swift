import DNSWire
import Serving

/// Questions that are not for the zones: other classes, transfers.
extension Response {
    /// Answers or refuses such a question; false when it is one for the zones.
    ///
    ///     class CH            TXT of the names that are set; else REFUSED
    ///     other classes, ANY  REFUSED
    ///     AXFR, IXFR          REFUSED
    ///     meta types          for the zones, which have none: NODATA or NXDOMAIN, as NSD and Knot do
    mutating func answerMeta(_ name: ByteView) -> Bool {
        if query.rrClass == RRClass.chaos {
            answerChaos(name)
            return true
        }
        guard query.rrClass == RRClass.in else {
            refuse(.classIN)
            return true
        }
        guard query.type == .axfr || query.type == .ixfr else { return false }
        refuse(.noTransfers)
        return true
    }

    private mutating func refuse(_ reason: ExtendedError) {
        writer.rcode = .refused
        extendedError = reason
    }

    /// Answers who this server is, as far as its operator wants to tell (RFC 4892).
    private mutating func answerChaos(_ name: ByteView) {
        let text: ByteView
        if Response.equals(name, "\u{7}version\u{4}bind\u{0}")
            || Response.equals(name, "\u{7}version\u{6}server\u{0}")
        {
            text = image.chaosVersion
        } else if Response.equals(name, "\u{8}hostname\u{4}bind\u{0}")
            || Response.equals(name, "\u{2}id\u{6}server\u{0}")
        {
            text = image.chaosID
        } else {
            refuse(.classIN)
            return
        }
        guard text.count > 0, query.type == .txt || query.type == .any else {
            refuse(.classIN)
            return
        }
        writer.isAuthoritative = true
        guard writer.appendChaosText(text) else {
            writer.isTruncated = true
            return
        }
        writer.answerRecords &+= 1
    }

    /// Whether a name of the wire, in any case, is `other`, which is in lower case.
    private static func equals(_ name: ByteView, _ other: StaticString) -> Bool {
        let other = unsafe ByteView(
            UnsafeRawBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
        guard name.count == other.count else { return false }
        for index in 0..<name.count {
            let byte = name.byte(index)
            let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            if lower != other.byte(index) { return false }
        }
        return true
    }
}
