import Geography
import TestSupport

/// Networks that crowd together, nest, touch each other and the ends of the address space.
enum RandomNetworks {
    /// Up to `count` networks with values below `values`.
    static func entries(
        _ count: Int, values: UInt32, using random: inout SeededGenerator
    ) -> [NetworkMap.Entry] {
        (0..<Int.random(in: 0...count, using: &random)).map { _ in
            NetworkMap.Entry(network(using: &random), UInt32.random(in: 0..<values, using: &random))
        }
    }

    static func network(using random: inout SeededGenerator) -> Network {
        let isV4 = Bool.random(using: &random)
        let start = address(isV4: isV4, using: &random)
        let bits: UInt8 =
            isV4
            ? [0, 1, 7, 8, 15, 16, 17, 23, 24, 25, 31, 32].randomElement(using: &random) ?? 24
            : [0, 1, 3, 16, 17, 32, 47, 48, 56, 63, 64, 65, 96, 97, 112, 127, 128]
                .randomElement(using: &random) ?? 48
        return Network(isV4: isV4, start: start, bits: bits)
    }

    /// Few bits are set, so that addresses share long prefixes.
    static func address(isV4: Bool, using random: inout SeededGenerator) -> UInt128 {
        func word() -> UInt128 { UInt128(random.next()) << 64 | UInt128(random.next()) }
        let sparse = word() & word() & word() & word()
        if isV4 {
            return (Bool.random(using: &random) ? UInt128(0xC000_0200) << 96 : 0)
                ^ (sparse & UInt128(0xFFFF_FFFF) << 96)
        }
        let bases: [UInt128] = [
            0x2001_0DB8 << 96, 0x2002 << 112, 0x2001 << 112, 0x0064_FF9B << 96, 0xFFFF << 32, 0,
            .max, 0x2A00 << 112, 0x2002_C000_0200 << 80,
        ]
        let base = bases.randomElement(using: &random) ?? 0
        return base ^ (Bool.random(using: &random) ? sparse : sparse & UInt128(0xFFFF_FFFF_FFFF))
    }
}
