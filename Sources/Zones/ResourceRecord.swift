package import DNSWire

/// One record as a master file gives it, rdata in uncompressed wire form.
package struct ResourceRecord: Sendable, Hashable {
    package var owner: Name
    package var type: RRType
    package var ttl: UInt32
    /// Uncompressed wire form, without the length; at most 65,535 bytes.
    package var rdata: [UInt8]
    package var position: SourcePosition

    package init(owner: Name, type: RRType, ttl: UInt32, rdata: [UInt8], position: SourcePosition) {
        self.owner = owner
        self.type = type
        self.ttl = ttl
        self.rdata = rdata
        self.position = position
    }
}
