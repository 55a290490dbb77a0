package import DNSWire
import Health
import Serving

/// The verdict words that an answer was worked out from, each with its slot.
///
/// Most changes are about other names. Comparing the words that count here is far less work than working the
/// answer out again.
package struct VerdictWitness {
    /// Pairs of four bytes each.
    private let pairs: ByteSink
    /// Pairs; 0 as well when there was no room for all.
    private(set) var count = 0
    private var fits = true

    static var pairBytes: Int { 8 }

    package init(_ pairs: ByteSink) { self.pairs = pairs }

    var view: ByteView { pairs.view.slice(0, count &* VerdictWitness.pairBytes) }

    /// Begins anew with the words of one family of a program's nodes, up to its root.
    mutating func take(
        _ program: PolicyProgram, _ image: ServingImage, _ verdicts: VerdictTable, v4: Bool
    ) {
        count = 0
        fits = true
        add(program, image, verdicts, v4: v4, nodes: 0...program.root)
    }

    /// Adds those of the other family, or of other nodes.
    mutating func add(
        _ program: PolicyProgram, _ image: ServingImage, _ verdicts: VerdictTable, v4: Bool,
        nodes: ClosedRange<Int>
    ) {
        for index in nodes where fits {
            let node = program.node(index)
            guard node.kind == ProgramLayout.Kind.endpoint else {
                if let hold = node.hold { add(hold, verdicts) }
                continue
            }
            for address in node.addresses(v4: v4) {
                add(image.address(address).slot, verdicts)
            }
        }
    }

    /// Adds one word.
    mutating func add(_ slot: Int, _ verdicts: VerdictTable) {
        let start = count &* VerdictWitness.pairBytes
        guard fits, start &+ VerdictWitness.pairBytes <= pairs.count else {
            fits = false
            count = 0
            return
        }
        pairs.putNative(UInt32(truncatingIfNeeded: slot), at: start)
        pairs.putNative(verdicts.load(slot).rawValue, at: start &+ 4)
        count &+= 1
    }

    /// Whether all words are still what they were.
    static func holds(_ pairs: ByteView, _ verdicts: VerdictTable) -> Bool {
        var offset = 0
        while offset < pairs.count {
            let word = verdicts.load(Int(pairs.native32(offset))).rawValue
            if word != pairs.native32(offset &+ 4) { return false }
            offset &+= VerdictWitness.pairBytes
        }
        return true
    }
}
