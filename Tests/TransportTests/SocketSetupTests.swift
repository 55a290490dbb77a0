import DNSWire
import Glibc
import Testing
import Transport

@Suite struct SocketSetupTests {
    @Test func portInUseIsAnErrorForUDP() throws {
        let first = try openUDP(count: 2)
        let taken = first[0].address
        #expect(throws: TransportError.inUse(taken, .udp)) {
            _ = try SocketSetup.openUDP(taken, count: 1)
        }
        withExtendedLifetime(first) {}
    }

    @Test func portInUseIsAnErrorForTCP() throws {
        let first = try openTCP()
        let taken = first.address
        #expect(throws: TransportError.inUse(taken, .tcp)) {
            _ = try SocketSetup.openTCP(taken)
        }
        withExtendedLifetime(first) {}
    }

    @Test func oneAddressServesBothTransports() throws {
        let udp = try openUDP()
        let tcp = TestSocket(adopting: try SocketSetup.openTCP(udp[0].address))
        #expect(tcp.address == udp[0].address)
    }

    @Test func addressOfAnotherMachineIsAnError() throws {
        let other = try address("192.0.2.1:5300")
        #expect(throws: TransportError.notOurAddress(other, .udp)) {
            _ = try SocketSetup.openUDP(other, count: 1)
        }
        #expect(throws: TransportError.notOurAddress(other, .tcp)) {
            _ = try SocketSetup.openTCP(other)
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may use any port"))
    func lowPortIsAnErrorWithoutPrivileges() throws {
        let low = try address("127.0.0.1:1")
        #expect(throws: TransportError.notPermitted(low, .tcp)) {
            _ = try SocketSetup.openTCP(low)
        }
    }

    @Test(arguments: [
        ("127.0.0.1:5300", EADDRINUSE, "127.0.0.1:5300/udp is in use by another process"),
        (
            "0.0.0.0:53", EACCES,
            "no permission to listen on 0.0.0.0:53/udp: "
                + "ports below 1024 need root or CAP_NET_BIND_SERVICE"
        ),
        ("[::]:5300", EPERM, "no permission to listen on [::]:5300/udp"),
        (
            "192.0.2.1:53", EADDRNOTAVAIL,
            "cannot listen on 192.0.2.1:53/udp: 192.0.2.1 is not an address of this machine"
        ),
        (
            "[::1]:53", EAFNOSUPPORT,
            "cannot listen on [::1]:53/udp: this machine has no IPv6"
        ),
        ("127.0.0.1:53", EMFILE, "cannot listen on 127.0.0.1:53/udp: Too many open files"),
    ])
    func errorsAreSentences(place: String, code: CInt, sentence: String) throws {
        let error = TransportError(code, listeningOn: try address(place), .udp)
        #expect(error.description == sentence)
    }

    @Test func inheritedSocketsTellWhatTheyAre() throws {
        let udp = try openUDP()
        let tcp = try openTCP()
        #expect(udp[0].transport == .udp)
        #expect(tcp.transport == .tcp)
        #expect(tcp.address.address == .v4(0x7F00_0001))
        var ends: [CInt] = [0, 0]
        #expect(pipe(&ends) == 0)
        #expect(SocketSetup.transport(of: ends[0]) == nil)
        #expect(SocketSetup.localAddress(of: ends[0]) == nil)
        for end in ends { close(end) }
        #expect(SocketSetup.transport(of: -1) == nil)
    }

    @Test(.enabled(if: hasIPv6)) func familiesShareAPort() throws {
        let v6 = try openUDP("[::]:0")
        let v4 = try openUDP("0.0.0.0:\(v6[0].address.port)")
        #expect(v4[0].address.port == v6[0].address.port)
    }

    @Test func socketsAreClosedOnExec() throws {
        for socket in try openUDP() + [openTCP()] {
            #expect(socket.isClosedOnExec)
        }
    }
}
