import CSterna
import Glibc
import Handover
import Serving

/// The main thread: lets control processes find this one and does what they say.
///
/// It waits for signals, for connections and for messages. When the control process goes away, it
/// goes on waiting, and the workers go on answering.
struct Attendant {
    /// The state folder, open: its path may lead through folders that a confined process cannot pass.
    let folder: CInt
    /// Where control processes connect.
    let listener: CInt
    let plane: Plane
    let cell: ImageCell
    let sockets: [CInt]
    var generation: UInt64
    /// The number of the file that is served.
    private var file: UInt64
    private var control: CInt = -1

    enum Ending {
        case stop
        case handOver
    }

    init(
        folder: CInt, listener: CInt, plane: Plane, cell: ImageCell, sockets: [CInt],
        generation: UInt64, file: UInt64
    ) {
        self.file = file
        self.folder = folder
        self.listener = listener
        self.plane = plane
        self.cell = cell
        self.sockets = sockets
        self.generation = generation
    }

    /// Serves control processes until one, or a signal, says that it is over.
    mutating func run(signals: CInt) -> Ending {
        defer { close(listener) }
        while true {
            var waits = [
                pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
                pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
                pollfd(fd: control, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&waits, nfds_t(waits.count), -1) > 0 else { continue }
            if waits[0].revents != 0 { return .stop }
            if waits[2].revents != 0, let ending = obey() { return ending }
            if waits[1].revents != 0 { welcome(listener) }
        }
    }

    /// Takes a new control process in place of the one before.
    private mutating func welcome(_ listener: CInt) {
        guard let peer = HandoverSocket.accept(listener) else { return }
        let hello = HandoverMessage.hello(
            version: ProgramVersion.current, process: getpid(), generation: generation)
        guard HandoverSocket.send(hello, to: peer, files: sockets) else {
            close(peer)
            return
        }
        if control >= 0 { close(control) }
        control = peer
    }

    /// Reads one message and acts on it.
    private mutating func obey() -> Ending? {
        let received: HandoverMessage?
        do {
            received = try HandoverSocket.receive(from: control)?.message
        } catch {
            received = nil
        }
        switch received {
        case .serve(let generation, let file, let root):
            adopt(generation, file: file, root: Int(root))
        case .stop: return .stop
        case .handOver: return .handOver
        case .hello, .adopted, .refused: break
        case nil:
            close(control)
            control = -1
        }
        return nil
    }

    /// Maps, checks and serves another image; what cannot be served changes nothing.
    private mutating func adopt(_ number: UInt64, file: UInt64, root: Int) {
        do {
            cell.publish(try load(file, root: root))
            self.file = file
            generation = number
            plane.adoptedFile = file
            plane.adoptedRoot = UInt32(truncatingIfNeeded: root)
            plane.adopted = number
            HandoverSocket.send(.adopted(generation: number), to: control)
        } catch {
            HandoverSocket.send(
                .refused(generation: number, reason: error.description), to: control)
        }
    }

    /// A patch of the file that is served needs no new mapping, as long as there is room.
    private func load(_ file: UInt64, root: Int) throws(ImageError) -> LoadedImage {
        let served = cell.served
        if file == self.file, root > served.image.root {
            do throws(ImageError) {
                return try LoadedImage(served, root: root)
            } catch .cutShort {
                // It outgrew the mapping: map it again.
            }
        }
        return try LoadedImage(
            path: Plane.imageName(file: file), in: folder, root: root)
    }
}
