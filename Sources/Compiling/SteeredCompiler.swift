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
    private(set) var findings: [Finding] = []

    /// Writes one zone's steered names and returns what their nodes point to.
    mutating func write(
        _ names: [SteeredName], in scope: Scope, endpoints: EndpointTable,
        to image: inout ImageBuilder
    ) -> [Name: [ZoneCompiler.Steered]] {
        var result: [Name: [ZoneCompiler.Steered]] = [:]
        for name in names {
            do throws(Finding) {
                let program = try ProgramCompiler.compile(
                    name.policy, in: scope, endpoints: endpoints, position: name.position)
                let record = write(name, program, to: &image)
                var types: [ZoneCompiler.Steered] = []
                if program.hasV4 { types.append(.init(type: .a, offset: record)) }
                if program.hasV6 { types.append(.init(type: .aaaa, offset: record)) }
                result[name.owner] = types
            } catch {
                findings.append(error)
            }
        }
        return result
    }

    private mutating func write(
        _ name: SteeredName, _ program: ProgramCompiler.Program, to image: inout ImageBuilder
    ) -> UInt32 {
        let programOffset =
            programOffsets[program.bytes]
            ?? {
                image.align(8)
                let offset = image.offset
                image.append(program.bytes)
                return offset
            }()
        programOffsets[program.bytes] = programOffset
        var record = ImageBuilder()
        record.append(programOffset)
        switch name.ttl {
        case .seconds(let seconds):
            record.append(seconds)
            record.append(seconds)
        case .auto(let minimum, let maximum):
            record.append(minimum)
            record.append(maximum)
        }
        var fallback: [IPAddress] = []
        switch name.whenDown {
        case .all: record.append(ImageLayout.Steered.whenDownAll)
        case .noData: record.append(ImageLayout.Steered.whenDownNoData)
        case .serverFailure: record.append(ImageLayout.Steered.whenDownServerFailure)
        case .addresses(let addresses):
            record.append(ImageLayout.Steered.whenDownAddresses)
            fallback = addresses
        }
        let v4 = fallback.filter(\.isV4).prefix(ProgramLayout.maximumAnswers)
        let v6 = fallback.filter { !$0.isV4 }.prefix(ProgramLayout.maximumAnswers)
        record.append(UInt8(v4.count))
        record.append(UInt8(v6.count))
        record.append(UInt8(0))
        for address in v4 { record.append(address.bytes) }
        for address in v6 { record.append(address.bytes) }
        if let known = recordOffsets[record.bytes] { return known }
        image.align(8)
        let start = image.offset
        image.append(record.bytes)
        recordOffsets[record.bytes] = start
        return start
    }
}
