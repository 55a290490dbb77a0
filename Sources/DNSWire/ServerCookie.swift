/// What server cookies are made with: 16 bytes that all servers of a name share (RFC 9018 §5).
package struct CookieSecret {
    private let key0: UInt64
    private let key1: UInt64

    /// The secret that lies at `offset`.
    package init(_ bytes: ByteView, at offset: Int) {
        key0 = UInt64(littleEndian: bytes.word(offset))
        key1 = UInt64(littleEndian: bytes.word(offset &+ 8))
    }

    /// The hash of client cookie, head and client address (RFC 9018 §4.4).
    func hash(_ clientCookie: UInt64, _ head: UInt64, _ client: ClientAddress) -> UInt64 {
        var hash = SipHash(key0: key0, key1: key1)
        hash.absorb(clientCookie)
        hash.absorb(head)
        guard !client.isV4 else {
            let address = UInt32(truncatingIfNeeded: client.low).byteSwapped
            return hash.finish(UInt64(address) | 20 &<< 56)
        }
        hash.absorb(client.high.byteSwapped)
        hash.absorb(client.low.byteSwapped)
        return hash.finish(32 &<< 56)
    }
}

/// A server cookie of version 1 (RFC 9018 §4): version, reserved, timestamp, hash.
package struct ServerCookie {
    /// Its bytes 0 to 7, as a little-endian number: version, three reserved bytes, seconds since 1970.
    package let head: UInt64
    /// Its bytes 8 to 15, as a little-endian number.
    package let hash: UInt64

    /// Bytes of one that this server makes.
    @inlinable package static var bytes: Int { 16 }
    /// Seconds for which a cookie is taken (RFC 9018 §4.3).
    private static var maximumAge: Int32 { 3_600 }
    /// Seconds after which the client gets a new one.
    private static var renewalAge: Int32 { 1_800 }
    /// Seconds by which the clock of another server may be ahead.
    private static var maximumLead: Int32 { 300 }

    package init(head: UInt64, hash: UInt64) {
        self.head = head
        self.hash = hash
    }

    /// A new one.
    package init(
        for clientCookie: UInt64, from client: ClientAddress, at now: UInt32, _ secret: CookieSecret
    ) {
        head = UInt64(now.byteSwapped) &<< 32 | 1
        hash = secret.hash(clientCookie, head, client)
    }

    private func isMade(
        for clientCookie: UInt64, from client: ClientAddress, _ secret: CookieSecret
    ) -> Bool { secret.hash(clientCookie, head, client) == hash }

    /// What a client's cookie is worth.
    package struct Judgement {
        /// Whether the client has shown that it receives what is sent to its address.
        package let isValid: Bool
        /// What goes back to the client: its own while it is fresh, else a new one.
        package let reply: ServerCookie
    }

    /// Judges the cookie of a query.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - previous: a secret that other servers may still use, or that this one used before; nil: none.
    package static func judge(
        _ options: QueryOptions, from client: ClientAddress, at now: UInt32,
        current: CookieSecret, previous: CookieSecret?
    ) -> Judgement {
        func fresh() -> ServerCookie {
            ServerCookie(for: options.clientCookie, from: client, at: now, current)
        }
        guard options.serverCookieBytes == bytes else {
            return Judgement(isValid: false, reply: fresh())
        }
        let given = ServerCookie(head: options.serverCookieHead, hash: options.serverCookieHash)
        let made = UInt32(truncatingIfNeeded: given.head &>> 32).byteSwapped
        // Timestamps wrap round in 2106 (RFC 1982).
        let age = Int32(bitPattern: now &- made)
        guard given.head & 0xFF == 1, age <= maximumAge, age >= -maximumLead else {
            return Judgement(isValid: false, reply: fresh())
        }
        if given.isMade(for: options.clientCookie, from: client, current) {
            return Judgement(isValid: true, reply: age > renewalAge ? fresh() : given)
        }
        let isOld = previous.map { given.isMade(for: options.clientCookie, from: client, $0) }
        return Judgement(isValid: isOld ?? false, reply: fresh())
    }
}
