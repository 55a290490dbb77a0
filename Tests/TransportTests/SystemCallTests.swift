import CSterna
import Glibc
import Testing

@Suite struct SystemCallTests {
    @Test func filesPassThroughASocket() throws {
        let (left, right) = try pair()
        defer { withExtendedLifetime((left, right)) {} }
        var ends: [CInt] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        #expect(sterna_send_fds(left.fd, "hello", 5, ends, 2) == 5)

        var bytes = [UInt8](repeating: 0, count: 16)
        var passed: [CInt] = [-1, -1, -1]
        var count = 0
        #expect(sterna_recv_fds(right.fd, &bytes, 16, &passed, 3, &count) == 5)
        #expect(count == 2)
        #expect(Array(bytes[..<5]) == Array("hello".utf8))
        // What is written to the passed end comes out of the first pair's other end.
        #expect(write(passed[1], "x", 1) == 1)
        var byte: UInt8 = 0
        #expect(read(ends[0], &byte, 1) == 1 && byte == UInt8(ascii: "x"))
        #expect(fcntl(passed[0], F_GETFD) & FD_CLOEXEC != 0)
        for file in passed[..<count] { close(file) }
    }

    @Test func moreFilesThanThereIsRoomForAreRefused() throws {
        let (left, right) = try pair()
        defer { withExtendedLifetime((left, right)) {} }
        var ends: [CInt] = [0, 0]
        #expect(pipe(&ends) == 0)
        #expect(sterna_send_fds(left.fd, "x", 1, [ends[1], ends[1]], 2) == 1)
        close(ends[1])
        var byte: UInt8 = 0
        var passed: CInt = -1
        var count = 7
        #expect(sterna_recv_fds(right.fd, &byte, 1, &passed, 1, &count) == -Int(EMSGSIZE))
        #expect(count == 0)
        // No copy of the writing end is left open: the reading end has ended.
        #expect(read(ends[0], &byte, 1) == 0)
        close(ends[0])
    }

    @Test func bytesAlonePassToo() throws {
        let (left, right) = try pair()
        defer { withExtendedLifetime((left, right)) {} }
        #expect(sterna_send_fds(left.fd, "abc", 3, nil, 0) == 3)
        var bytes = [UInt8](repeating: 0, count: 3)
        var count = 7
        #expect(sterna_recv_fds(right.fd, &bytes, 3, nil, 0, &count) == 3)
        #expect(count == 0 && bytes == Array("abc".utf8))
        #expect(sterna_send_fds(left.fd, "x", 1, [CInt](repeating: 0, count: 254), 254) == -22)
    }

    @Test func sharedMemoryDoesNotShrink() {
        let file = sterna_memfd_create("test")
        #expect(ftruncate(file, 4_096) == 0)
        #expect(sterna_memfd_forbid_shrinking(file) == 0)
        #expect(ftruncate(file, 0) == -1)
        #expect(ftruncate(file, 8_192) == 0)
        close(file)
    }

    @Test func counterWakesALoop() {
        let epoll = sterna_epoll_create()
        let counter = sterna_eventfd()
        var events = [sterna_event](repeating: sterna_event(), count: Int(STERNA_EVENTS))
        let token: UInt64 = 0xFEDC_BA98_7654_3210
        #expect(sterna_epoll_add(epoll, counter, STERNA_READABLE, token) == 0)
        #expect(sterna_epoll_wait(epoll, &events, 0) == 0)
        sterna_eventfd_signal(counter)
        #expect(sterna_epoll_wait(epoll, &events, 1_000) == 1)
        #expect(events[0].token == token && events[0].events == STERNA_READABLE)
        sterna_eventfd_clear(counter)
        #expect(sterna_epoll_wait(epoll, &events, 0) == 0)
        #expect(sterna_epoll_change(epoll, counter, STERNA_WRITABLE, token) == 0)
        #expect(sterna_epoll_wait(epoll, &events, 0) == 1)
        #expect(sterna_epoll_remove(epoll, counter) == 0)
        #expect(sterna_epoll_wait(epoll, &events, 0) == 0)
        #expect(sterna_epoll_add(epoll, -1, STERNA_READABLE, 0) == -EBADF)
        close(counter)
        close(epoll)
    }

    @Test func processIsWatched() {
        let file = sterna_pidfd_open(getpid())
        #expect(file >= 0)
        #expect(sterna_pidfd_signal(file, 0) == 0)
        var state = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
        #expect(poll(&state, 1, 0) == 0)
        close(file)
        #expect(sterna_pidfd_open(-1) == -EINVAL)
    }

    private func pair() throws -> (TestSocket, TestSocket) {
        var ends: [CInt] = [0, 0]
        guard socketpair(AF_UNIX, CInt(SOCK_SEQPACKET.rawValue), 0, &ends) == 0 else {
            throw TestFailure("no socket pair")
        }
        return (TestSocket(adopting: ends[0]), TestSocket(adopting: ends[1]))
    }
}
