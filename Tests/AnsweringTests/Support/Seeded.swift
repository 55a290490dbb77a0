import DNSWire
import Steering

/// Random numbers that are the same in every run.
struct Seeded: RandomNumberGenerator {
    private var source: RandomSource

    init(seed: UInt64) { source = RandomSource(seed: seed) }

    mutating func next() -> UInt64 { source.next() }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    /// The same name with the case of each letter drawn anew (0x20).
    mutating func respelled(_ name: Name) -> Name {
        let labels = name.labels.map { label in
            label.map { byte in
                let lower = Name.lowercased(byte)
                return (0x61...0x7A).contains(lower) && chance(50) ? lower ^ 0x20 : lower
            }
        }
        return (try? Name(labels: labels)) ?? name
    }
}
