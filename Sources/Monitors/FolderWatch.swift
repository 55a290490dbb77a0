import Glibc
import NIOCore
import NIOPosix

/// Hints from the kernel (inotify) that something in a folder changed.
///
/// With them a verdict in a watched file counts within milliseconds. The poll finds what they miss.
struct FolderWatch {
    private let channel: any Channel

    /// Starts watching.
    ///
    /// Renames into place and closed writes are told; single writes are not, or half a file would
    /// be read.
    ///
    /// - Returns: nil where the folder cannot be watched.
    static func start(
        _ folder: String, onChange: @escaping @Sendable () -> Void
    ) async -> FolderWatch? {
        let descriptor = inotify_init1(CInt(IN_NONBLOCK) | CInt(IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        let events = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE
        guard inotify_add_watch(descriptor, folder, UInt32(events)) >= 0 else {
            close(descriptor)
            return nil
        }
        do {
            let channel = try await NIOPipeBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(
                    // One event with the longest name is less than 300 bytes.
                    .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096)
                )
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            FolderWatchHandler(onChange: onChange))
                    }
                }
                .takingOwnershipOfDescriptor(input: descriptor).get()
            return FolderWatch(channel: channel)
        } catch {
            close(descriptor)
            return nil
        }
    }

    func stop() async { try? await channel.close().get() }
}

/// Turns events into hints; what they say does not matter.
private final class FolderWatchHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let onChange: @Sendable () -> Void

    init(onChange: @escaping @Sendable () -> Void) { self.onChange = onChange }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { onChange() }
}
