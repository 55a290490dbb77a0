import Compiling
import DNSWire
import Serving
import Testing
import Zones

/// Signed queries: this server has no keys, and says so (RFC 8945 §5.2.1, §5.3.2).
@Suite struct SignatureTests {
    private static let sha256 = "hmac-sha256."

    /// A TSIG record with a MAC of 32 bytes.
    static func signature(
        key: [UInt8] = [3, 0x6B, 0x65, 0x79, 0], algorithm: String = sha256
    ) -> [UInt8] {
        let name = (try? Name(algorithm))?.wire ?? [0]
        var record = key
        for value in [RRType.tsig.rawValue, 255, 0, 0, UInt16(name.count + 48)] {
            record.append(network: value)
        }
        record += name + time
        record.append(network: 32)
        record += [UInt8](repeating: 0xAB, count: 32)
        for value in [0x5354, 0, 0] as [UInt16] { record.append(network: value) }
        return record
    }

    /// TIME SIGNED and FUDGE.
    private static let time: [UInt8] = [0, 0, 0x65, 0x53, 0xF1, 0, 1, 0x2C]

    /// The data of the response's TSIG: no MAC, the message's id, BADKEY.
    private static func refusal(_ algorithm: String = sha256) throws -> [UInt8] {
        try Name(algorithm).wire + time + [0, 0, 0x53, 0x54, 0, 17, 0, 0]
    }

    private func server() throws -> TestServer {
        try TestServer([ZoneSource(zone: try TestZones.zone("www A 192.0.2.80"))])
    }

    /// A query for `www.example.org. A` and, behind its OPT if it has one, a signature.
    private func signed(
        _ signature: [UInt8] = signature(), edns: Question.EDNS? = .init(), flags: UInt16 = 0
    ) throws -> [UInt8] {
        var question = try Question("www.example.org.", .a, edns: edns)
        question.flags = flags
        var packet = question.packet
        packet[11] += 1
        return packet + signature
    }

    @Test(
        arguments: [
            ("key.", [3, 0x6B, 0x65, 0x79, 0], sha256),
            // The owner may be compressed; in the response it is spelled out.
            ("k.example.org.", [1, 0x6B, 0xC0, 16], "hmac-md5.sig-alg.reg.int."),
            ("www.example.org.", [0xC0, 12], sha256),
            (".", [0], "."),
        ] as [(String, [UInt8], String)])
    func unknownKeysAreNamed(_ key: String, _ owner: [UInt8], _ algorithm: String) throws {
        let server = try server()
        for edns in [nil, Question.EDNS()] {
            for transport in [TransportProtocol.udp, .tcp] {
                let query = try signed(
                    SignatureTests.signature(key: owner, algorithm: algorithm), edns: edns)
                let bytes = server.answer(query, over: transport)
                let response = try DecodedMessage(bytes)
                #expect(response.rcode == .notAuthorized)
                #expect(!response.isAuthoritative && !response.isTruncated)
                #expect(response.question?.name == (try Name("www.example.org.")))
                #expect(response.answer.isEmpty && response.authority.isEmpty)
                #expect((response.opt != nil) == (edns != nil))
                let record = try #require(response.additional.first)
                #expect(response.additional.count == 1)
                #expect(record.owner == (try Name(key)))
                #expect(record.type == .tsig)
                #expect(record.rrClass == 255)
                #expect(record.ttl == 0)
                let data = try SignatureTests.refusal(algorithm)
                #expect(record.rdata == data)
                // The last record of all.
                #expect(bytes.suffix(data.count).elementsEqual(data))
                #expect(bytes.count <= query.count)
                #expect(try JudgedMessage(bytes).rcode == "NOTAUTH")
            }
        }
        #expect(server.counters.value(.notAuthorized) == 4)
    }

    /// The OPT's options end before the signature, and an option that is asked for is not among them.
    @Test func optionsAreNotAnswered() throws {
        let response = try DecodedMessage(
            server().answer(try signed(edns: .init(options: Options.nsid + Options.cookie()))))
        #expect(response.rcode == .notAuthorized)
        #expect(response.opt?.rdata == [])
        #expect(response.additional.map(\.type) == [.tsig])
    }

    @Test(
        arguments: [(4, .notAuthorized, 1), (5, .notAuthorized, 1), (15, .notImplemented, 0)]
            as [(UInt16, RCode, Int)])
    func otherOpcodesAreSignedToo(_ opcode: UInt16, _ rcode: RCode, _ records: Int) throws {
        let response = try DecodedMessage(server().answer(try signed(flags: opcode << 11)))
        #expect(response.rcode == rcode)
        #expect(response.question == nil)
        #expect(response.opt != nil)
        #expect(response.additional.map(\.type) == Array(repeating: .tsig, count: records))
    }

    /// Where key and algorithm are too long for 512 bytes, the code alone has to do.
    @Test func signaturesThatDoNotFitAreLeftOut() throws {
        let label = String(repeating: "k", count: 63)
        let long = [label, label, label, String(repeating: "k", count: 61)]
            .joined(separator: ".")
        let signature = SignatureTests.signature(
            key: try Name(long + ".").wire, algorithm: long + ".")
        for (transport, records) in [(TransportProtocol.udp, 0), (.tcp, 1)] {
            let bytes = try server().answer(try signed(signature, edns: nil), over: transport)
            let response = try DecodedMessage(bytes)
            #expect(response.rcode == .notAuthorized)
            #expect(response.additional.count == records)
            #expect(transport == .tcp || bytes.count <= Header.plainUDPBytes)
        }
    }

    /// A key whose name never ends, or leads ahead, is left out; the code stays.
    @Test(
        arguments: [
            [0xC0, 0xFF], [0xFF, 0xFF], [1, 0x6B, 0xC0, 50], [0xC0, 11], [0xC0, 2],
        ] as [[UInt8]])
    func keysOfOddNamesAreAnswered(_ owner: [UInt8]) throws {
        let response = try DecodedMessage(
            server().answer(try signed(SignatureTests.signature(key: owner), edns: nil)))
        #expect(response.rcode == .notAuthorized)
        #expect(response.additional.count <= 1)
    }

    @Test func malformedSignaturesAreFORMERR() throws {
        var bytes = SignatureTests.signature()
        bytes[8] = 1
        let response = try DecodedMessage(server().answer(try signed(bytes)))
        #expect(response.rcode == .formatError)
        #expect(response.opt != nil)
        #expect(response.additional.isEmpty)
    }
}
