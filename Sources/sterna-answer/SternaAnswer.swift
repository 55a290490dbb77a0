import Answering
import CSterna
import Glibc
import Serving
import Steering
import Transport

/// The answering process: maps the image, answers, and does nothing else.
@main
enum SternaAnswer {
    static func main() {
        guard let arguments = Arguments(CommandLine.arguments.dropFirst()) else {
            fail(Arguments.usage, code: 64)
        }
        // It needs nothing that a program it could start would have.
        _ = sterna_forbid_new_privileges()
        do {
            try run(arguments)
        } catch {
            fail("sterna-answer: \(error)", code: 1)
        }
    }

    private static func run(_ arguments: Arguments) throws {
        let signals = Signals.watch()
        let plane = try Plane(folder: arguments.state)
        let path = Plane.imagePath(folder: arguments.state, generation: arguments.generation)
        let cell = ImageCell(try LoadedImage(path: path))
        plane.adopted = arguments.generation
        var threads = try startThreads(arguments, plane: plane, cell: cell)
        var attendant = Attendant(
            state: arguments.state, plane: plane, cell: cell,
            sockets: arguments.udp + arguments.tcp, generation: arguments.generation)
        let ending = try attendant.run(signals: signals)
        guard threads.stop(ending == .stop ? .drain : .handOver) else {
            fail("sterna-answer: a thread did not stop in time", code: 1)
        }
    }

    /// Nonisolated, so that the threads' work does not belong to the main actor.
    nonisolated private static func startThreads(
        _ arguments: Arguments, plane: Plane, cell: ImageCell
    ) throws(TransportError) -> AnsweringThreads {
        let rates = RateTable(seed: UInt64.random(in: .min ... .max))
        return try AnsweringThreads.startResponders(
            udp: arguments.udp, tcp: arguments.tcp, udpOptions: arguments.udpOptions,
            tcpLimits: arguments.limits
        ) { worker in
            Responder(
                worker: worker, cell: cell, verdicts: plane.verdicts,
                counters: plane.counters(worker: worker), rates: rates,
                random: RandomSource(seed: UInt64.random(in: .min ... .max)))
        }
    }

    private static func fail(_ text: String, code: CInt) -> Never {
        let line = Array((text + "\n").utf8)
        _ = write(STDERR_FILENO, line, line.count)
        exit(code)
    }
}
