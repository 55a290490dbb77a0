/// The OPT record and its options, written last (RFC 6891 §6.1).
extension ResponseWriter {
    /// Bytes of an option before its data.
    @inlinable public static var optionHeadBytes: Int { 4 }

    /// Begins the OPT record; options may follow, and nothing else.
    ///
    /// - Parameter udpBytes: the largest message that this server takes over UDP.
    @inlinable @inline(__always)
    public mutating func beginOPT(_ query: borrowing Query, udpBytes: Int) {
        // The root, OPT, the size; upper bits of the rcode, version 0, DO as it came, and a length of 0
        // for now (RFC 6891 §6.1.3, RFC 3225 §3). The two stores share a byte.
        let dnssecOK: UInt32 = query.dnssecOK ? 0x80 : 0
        let front =
            UInt64(RRType.opt.rawValue) &<< 40
            | UInt64(UInt16(truncatingIfNeeded: udpBytes)) &<< 24
            | UInt64(UInt8(truncatingIfNeeded: rcode.rawValue >> 4)) &<< 16 | UInt64(dnssecOK)
        out.putWord(front.bigEndian, at: length)
        out.put(dnssecOK &<< 24, at: length &+ 7)
        length &+= ResponseWriter.optBytes
        optEnd = length
        additionalRecords &+= 1
    }

    /// Ends the OPT record, if there is one, before another record or at the end of the message.
    @inlinable @inline(__always)
    mutating func endOPT() {
        guard optEnd != 0, optionsEnd == 0 else { return }
        optionsEnd = length
        guard length > optEnd else { return }
        out.put(UInt16(truncatingIfNeeded: length &- optEnd), at: optEnd &- 2)
    }

    /// Writes the head of an option; returns where its data goes, nil when it does not fit any more.
    private mutating func beginOption(_ code: UInt16, bytes: Int) -> Int? {
        guard length &+ ResponseWriter.optionHeadBytes &+ bytes <= end else { return nil }
        out.put(code, at: length)
        out.put(UInt16(truncatingIfNeeded: bytes), at: length &+ 2)
        let data = length &+ ResponseWriter.optionHeadBytes
        length = data &+ bytes
        return data
    }

    package mutating func appendNSID(_ text: ByteView) {
        guard let data = beginOption(OptionCode.nsid, bytes: text.count) else { return }
        out.copy(text, at: data)
    }

    /// Appends the client's cookie and the server's.
    package mutating func appendCookie(_ clientCookie: UInt64, _ cookie: ServerCookie) {
        let bytes = 8 &+ ServerCookie.bytes
        guard let data = beginOption(OptionCode.cookie, bytes: bytes) else { return }
        out.putWord(clientCookie.littleEndian, at: data)
        out.putWord(cookie.head.littleEndian, at: data &+ 8)
        out.putWord(cookie.hash.littleEndian, at: data &+ 16)
    }

    /// Appends the network as it was asked for, and how much of it decided the answer (RFC 7871 §7.2.1).
    package mutating func appendSubnet(_ subnet: ClientSubnet, scopeBits: UInt8) {
        let count = subnet.addressBytes
        guard let data = beginOption(OptionCode.clientSubnet, bytes: 4 &+ count) else { return }
        out.put(subnet.family, at: data)
        out.put(subnet.sourceBits, at: data &+ 2)
        out.put(scopeBits, at: data &+ 3)
        for index in 0..<count { out.put(subnet.byte(index), at: data &+ 4 &+ index) }
    }

    /// Appends how long an idle connection stays open, in units of 100 ms (RFC 7828 §3.1).
    package mutating func appendKeepalive(_ units: UInt16) {
        guard let data = beginOption(OptionCode.keepalive, bytes: 2) else { return }
        out.put(units, at: data)
    }

    /// Appends why the answer is what it is, if there is room (RFC 8914 §2, §3).
    package mutating func appendExtendedError(_ code: UInt16, text: ByteView) {
        let bytes = 2 &+ text.count
        guard let data = beginOption(OptionCode.extendedError, bytes: bytes) else { return }
        out.put(code, at: data)
        out.copy(text, at: data &+ 2)
    }
}

/// Records that no zone holds.
extension ResponseWriter {
    /// Appends a TXT record of class CH about the question; false when there is no room.
    ///
    /// - Parameter text: at most 255 bytes.
    package mutating func appendChaosText(_ text: ByteView) -> Bool {
        guard text.count <= 255, 13 &+ text.count <= room else { return false }
        out.put(UInt16(0xC000 | Header.bytes), at: length)
        out.put(RRType.txt.rawValue, at: length &+ 2)
        out.put(RRClass.chaos, at: length &+ 4)
        out.put(UInt32(0), at: length &+ 6)
        out.put(UInt16(truncatingIfNeeded: text.count &+ 1), at: length &+ 10)
        out.put(UInt8(truncatingIfNeeded: text.count), at: length &+ 12)
        out.copy(text, at: length &+ 13)
        length &+= 13 &+ text.count
        return true
    }

    /// How long resolvers keep a HINFO record that answers ANY, in seconds: long enough to spare them
    /// and us the next such query, short enough for a change of the setting (RFC 8482 §4.2).
    @usableFromInline static var hinfoTTL: UInt32 { 3600 }

    /// Appends a HINFO record about the question that says "RFC8482" and nothing else; false when there is
    /// no room (RFC 8482 §4.2).
    package mutating func appendHINFOForAny() -> Bool {
        // "RFC8482" is 7 bytes behind their length; the second string is empty.
        let dataBytes = 9
        guard 12 &+ dataBytes <= room else { return false }
        out.put(UInt16(0xC000 | Header.bytes), at: length)
        out.put(RRType.hinfo.rawValue, at: length &+ 2)
        out.put(RRClass.in, at: length &+ 4)
        out.put(ResponseWriter.hinfoTTL, at: length &+ 6)
        out.put(UInt16(truncatingIfNeeded: dataBytes), at: length &+ 10)
        out.put(0x0752_4643 as UInt32, at: length &+ 12)
        out.put(0x3834_3832 as UInt32, at: length &+ 16)
        out.put(0 as UInt8, at: length &+ 20)
        length &+= 12 &+ dataBytes
        return true
    }
}
