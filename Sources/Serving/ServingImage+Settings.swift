package import DNSWire

/// Settings that came with the zones, read where they lie.
extension ServingImage {
    @inline(__always)
    private func has(_ feature: UInt32) -> Bool {
        features & feature != 0
    }

    /// Whether client subnets are read and echoed (RFC 7871).
    package var hasClientSubnet: Bool { has(ImageLayout.Features.clientSubnet) }

    /// Whether answers say why they are what they are (RFC 8914).
    package var hasExtendedErrors: Bool { has(ImageLayout.Features.extendedErrors) }

    /// Whether cookies are answered (RFC 7873).
    package var hasCookies: Bool { has(ImageLayout.Features.cookies) }

    /// Whether ANY is answered with a HINFO record made for it, not with the smallest RRset (RFC 8482 §4.2).
    package var hasHINFOForAny: Bool { has(ImageLayout.Features.hinfoForAny) }

    /// What new cookies are made with.
    package var cookieSecret: CookieSecret {
        CookieSecret(bytes, at: root &+ ImageLayout.Field.cookieSecret)
    }

    /// What cookies from before a change of the secret, or from servers behind in it, are made with.
    package var previousSecret: CookieSecret? {
        guard has(ImageLayout.Features.previousSecret) else { return nil }
        return CookieSecret(bytes, at: root &+ ImageLayout.Field.previousSecret)
    }

    /// When idle TCP connections are closed, in units of 100 ms.
    package var tcpIdle: UInt16 {
        UInt16(clamping: bytes.native32(root &+ ImageLayout.Field.tcpIdle))
    }

    /// The server's name for NSID (RFC 5001); empty: none.
    package var nsid: ByteView { text(ImageLayout.Field.nsid) }

    /// The answer to version.bind; empty: refused.
    package var chaosVersion: ByteView { text(ImageLayout.Field.chaosVersion) }

    /// The answer to id.server (RFC 4892); empty: refused.
    package var chaosID: ByteView { text(ImageLayout.Field.chaosID) }

    private func text(_ field: Int) -> ByteView {
        let count = min(Int(bytes.native32(root &+ field &+ 4)), ImageLayout.maximumTextBytes)
        return bytes.slice(count == 0 ? 0 : Int(bytes.native32(root &+ field)), count)
    }
}
