import DNSWire
import Testing

@Suite struct SipHashTests {
    /// Key 00 to 0F, message 00 to 0E (Aumasson and Bernstein 2012, appendix A).
    @Test func thePapersVectorComesOut() {
        var hash = SipHash(key0: 0x0706_0504_0302_0100, key1: 0x0F0E_0D0C_0B0A_0908)
        hash.absorb(0x0706_0504_0302_0100)
        #expect(hash.finish(0x0F0E_0D0C_0B0A_0908) == 0xA129_CA61_49BE_45E5)
    }
}
