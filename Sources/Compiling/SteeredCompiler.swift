import DNSWire
import Serving
import Steering
import Zones

/// Writes the policies of steered names; equal policies, and equal names of them, are written once.
///
/// Names that answer alike share a record, so that a worker works their answer out once for all of them.
struct SteeredCompiler {
    private var programOffsets: [[UInt8]: UInt32] = [:]
    private var recordOffsets: [[UInt8]: UInt32] = [:]
    private var tableOffsets: [[UInt8]: UInt32] = [:]
    private(set) var findings: [Finding] = []
    /// What the policies written need beside verdicts.
    private(set) var holds = HoldTable()

    /// A steered name as bytes that do not depend on where they are written.
    struct Record {
        /// The policy.
        let program: [UInt8]
        /// Tables of client networks, and where in the policy the place of each belongs.
        let tables: [(table: LocatedTable, offset: Int)]
        /// What follows the policy's offset in the image.
        let rest: [UInt8]
        let types: [RRType]
        /// The words that it needs beside verdicts.
        let holds: [HoldTable.Hold]
    }

    /// Writes one zone's steered names and returns what their nodes point to.
    mutating func write(
        _ names: [SteeredName], in scope: Scope, endpoints: EndpointTable,
        locator: ClientLocator, slots: inout SlotMap, to image: inout ImageBuilder
    ) -> [Name: [ZoneCompiler.Steered]] {
        var result: [Name: [ZoneCompiler.Steered]] = [:]
        for name in names {
            do throws(Finding) {
                let record = try SteeredCompiler.record(
                    name, in: scope, endpoints: endpoints, locator: locator, slots: &slots)
                result[name.owner] = write(record, to: &image)
            } catch {
                findings.append(error)
            }
        }
        return result
    }

    /// Compiles one steered name.
    ///
    /// - Throws: what is wrong with its policy.
    static func record(
        _ name: SteeredName, in scope: Scope, endpoints: EndpointTable, locator: ClientLocator,
        slots: inout SlotMap
    ) throws(Finding) -> Record {
        let owner = name.owner.lowercased().description
        let program = try ProgramCompiler.compile(
            name.policy, fallback: name.fallback, in: scope, endpoints: endpoints, locator: locator,
            position: name.position, owner: owner, slots: &slots)
        let lastGood = try lastGood(of: name, program, owner, &slots)
        var types: [RRType] = []
        if program.hasV4 { types.append(.a) }
        if program.hasV6 { types.append(.aaaa) }
        return Record(
            program: program.bytes, tables: program.tables,
            rest: rest(of: name, looks: program.looks, lastGood: lastGood.map(\.slot)),
            types: types, holds: program.holds + lastGood)
    }

    /// Writes a record, and its policy unless that is there.
    mutating func write(
        _ record: Record, to image: inout ImageBuilder
    ) -> [ZoneCompiler.Steered] {
        var program = record.program
        for (table, offset) in record.tables {
            let place = SteeredCompiler.write(table.table, unlessIn: &tableOffsets, to: &image)
            withUnsafeBytes(of: place) { program.replaceSubrange(offset..<offset + 4, with: $0) }
        }
        let programOffset = SteeredCompiler.write(program, unlessIn: &programOffsets, to: &image)
        holds.add(record.holds, program: programOffset)
        var bytes = ImageBuilder()
        bytes.append(programOffset)
        bytes.append(record.rest)
        let start = SteeredCompiler.write(bytes.bytes, unlessIn: &recordOffsets, to: &image)
        return record.types.map { ZoneCompiler.Steered(type: $0, offset: start) }
    }

    /// Where the bytes lie: written now, unless equal ones were.
    private static func write(
        _ bytes: [UInt8], unlessIn offsets: inout [[UInt8]: UInt32], to image: inout ImageBuilder
    ) -> UInt32 {
        if let offset = offsets[bytes] { return offset }
        image.align(8)
        let offset = image.offset
        image.append(bytes)
        offsets[bytes] = offset
        return offset
    }

    /// The words that tell who answered last, IPv4's first; none unless the name asks for them.
    private static func lastGood(
        of name: SteeredName, _ program: ProgramCompiler.Program, _ owner: String,
        _ slots: inout SlotMap
    ) throws(Finding) -> [HoldTable.Hold] {
        guard name.whenDown == .lastGood else { return [] }
        let most = ProgramLayout.maximumLastGood
        guard program.endpoints.count <= most else {
            throw Finding(
                at: name.position,
                "'whenDown: lastGood' remembers at most \(most) endpoints, and the policy of "
                    + "\(name.owner) has \(program.endpoints.count)")
        }
        let branches = ProgramLayout.maximumLastGoodBranches
        guard program.branches <= branches else {
            throw Finding(
                at: name.position,
                "'whenDown: lastGood' remembers at most \(branches) kinds of clients, and the policy "
                    + "of \(name.owner) tells \(program.branches) apart")
        }
        var holds: [HoldTable.Hold] = []
        for kind in [HoldView.Kind.lastGoodV4, .lastGoodV6] {
            let key = SlotMap.HoldKey(
                owner: owner, path: "", kind: kind, members: MemberIdentity.hash(program.endpoints))
            guard let slot = slots.slot(key) else { throw HoldTable.full(name.position) }
            holds.append(
                HoldTable.Hold(key: key, slot: slot, node: program.root, afterSeconds: nil))
        }
        return holds
    }

    private static func rest(
        of name: SteeredName, looks: Bool, lastGood: [Int]
    ) -> [UInt8] {
        var bytes = ImageBuilder()
        switch name.ttl {
        case .seconds(let seconds):
            bytes.append(seconds)
            bytes.append(seconds)
        case .auto(let minimum, let maximum):
            bytes.append(minimum)
            bytes.append(maximum)
        }
        var fallback: [IPAddress] = []
        switch name.whenDown {
        case .all: bytes.append(ImageLayout.Steered.whenDownAll)
        case .noData: bytes.append(ImageLayout.Steered.whenDownNoData)
        case .serverFailure: bytes.append(ImageLayout.Steered.whenDownServerFailure)
        case .lastGood: bytes.append(ImageLayout.Steered.whenDownLastGood)
        case .policy: bytes.append(ImageLayout.Steered.whenDownPolicy)
        case .addresses(let addresses):
            bytes.append(ImageLayout.Steered.whenDownAddresses)
            fallback = addresses
        }
        let v4 = fallback.filter(\.isV4).prefix(ProgramLayout.maximumAnswers)
        let v6 = fallback.filter { !$0.isV4 }.prefix(ProgramLayout.maximumAnswers)
        bytes.append(UInt8(v4.count))
        bytes.append(UInt8(v6.count))
        bytes.append(UInt8(looks ? 1 : 0))
        bytes.append(name.degradedTTL ?? .max)
        bytes.append(name.whenDownTTL ?? .max)
        for index in 0..<2 {
            bytes.append(index < lastGood.count ? UInt32(lastGood[index]) : 0)
        }
        for address in v4 { bytes.append(address.bytes) }
        for address in v6 { bytes.append(address.bytes) }
        return bytes.bytes
    }
}
