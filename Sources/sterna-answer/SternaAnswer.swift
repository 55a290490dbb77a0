import Answering
import CSterna
import Glibc
import Handover
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
        do {
            try run(arguments)
        } catch {
            fail("sterna-answer: \(error)", code: 1)
        }
    }

    private static func run(_ arguments: Arguments) throws {
        let signals = Signals.watch()
        let plane = try Plane(folder: arguments.state)
        let folder = open(arguments.state, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw FileMapping.systemError("cannot open \(arguments.state)") }
        // Held by nobody but the cell, or it would stay in memory when another is served.
        let cell = ImageCell(
            try LoadedImage(
                path: Plane.imageName(file: arguments.file), in: folder, root: arguments.root))
        plane.adoptedFile = arguments.file
        plane.adoptedRoot = UInt32(truncatingIfNeeded: arguments.root)
        plane.adopted = arguments.generation
        let listener = try HandoverSocket.listen(folder: arguments.state)
        confine(arguments, folder: folder)
        var threads = try startThreads(arguments, plane: plane, cell: cell)
        var attendant = Attendant(
            folder: folder, listener: listener, plane: plane, cell: cell,
            sockets: arguments.udp + arguments.tcp, generation: arguments.generation,
            file: arguments.file)
        let ending = attendant.run(signals: signals)
        guard threads.stop(ending == .stop ? .drain : .handOver) else {
            fail("sterna-answer: a thread did not stop in time", code: 1)
        }
    }

    /// Gives up everything that answering does not need, and says so: everything is open by now, and no
    /// thread has started.
    private static func confine(_ arguments: Arguments, folder: CInt) {
        guard arguments.isConfined else {
            // It needs nothing that a program it could start would have; debuggers do not mind.
            _ = sterna_forbid_new_privileges()
            say("sterna-answer: not confined, as the settings ask")
            return
        }
        say("sterna-answer: " + Confinement(readingBelow: folder).summary)
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
        say(text)
        exit(code)
    }

    private static func say(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}
