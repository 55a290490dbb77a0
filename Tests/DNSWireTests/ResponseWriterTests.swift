import DNSWire
import TestSupport
import Testing

@Suite struct ResponseWriterTests {
    /// Writes a response to `packet` into so many bytes and returns it.
    private func respond(
        to packet: [UInt8], bufferBytes: Int = 1232, maximumBytes: Int = 1232,
        _ body: (inout ResponseWriter) -> Void
    ) -> [UInt8] {
        var query = Query()
        var buffer = [UInt8](repeating: 0xEE, count: bufferBytes)
        let length = packet.withView { packet in
            _ = query.parse(packet)
            return buffer.withUnsafeMutableBytes { memory in
                var writer = ResponseWriter(into: ByteSink(memory))
                writer.begin(query, from: packet, maximumBytes: maximumBytes)
                body(&writer)
                return writer.finish(query, udpBytes: 1400)
            }
        }
        #expect(buffer[length...].allSatisfy { $0 == 0xEE })
        return Array(buffer[..<length])
    }

    private static let question = ReferenceMessage.Record(
        owner: [Array("www".utf8), Array("example".utf8), Array("org".utf8)], type: 1, rrClass: 1,
        ttl: 0, data: [])

    /// The quick way for addresses writes what the plain one does.
    @Test(arguments: [0, 1, 0x7F, 0xFFFF, 0x0001_0203, 0x7FFF_FFFF] as [UInt32])
    func addressRecordsAreThoseOfThePlainWriter(_ ttl: UInt32) {
        for owner in [0xC00C, 0xC123, 0xFFFF] as [UInt16] {
            let address: [UInt8] = (1...16).map { $0 * 13 }
            let packet = QueryPacket().bytes
            let plain = respond(to: packet) { writer in
                address.withView {
                    writer.appendRecord(owner: owner, type: .a, ttl: ttl, data: $0.slice(0, 4))
                    writer.appendRecord(owner: owner, type: .aaaa, ttl: ttl, data: $0)
                    writer.appendRecord(owner: owner, type: .a, ttl: ttl, data: $0.slice(4, 4))
                }
            }
            let quick = respond(to: packet) { writer in
                let v4 = AddressRecordHead(v4: true, ttl: ttl)
                let v6 = AddressRecordHead(v4: false, ttl: ttl)
                let start = (UInt64(owner) << 48).bigEndian
                address.withView {
                    writer.appendV4(front: v4.front | start, back: v4.back, $0.native32(0))
                    writer.appendV6(
                        front: v6.front | start, back: v6.back, $0.word(0), $0.word(8))
                    writer.appendV4(front: v4.front | start, back: v4.back, $0.native32(4))
                }
            }
            #expect(quick == plain)
        }
    }

    @Test func theReferenceReadsWhatWasWritten() throws {
        let packet = QueryPacket().bytes
        let response = respond(to: packet) { writer in
            writer.isAuthoritative = true
            for last in 1...3 as ClosedRange<UInt8> {
                [192, 0, 2, last].withView {
                    writer.appendRecord(owner: 0xC00C, type: .a, ttl: 300, data: $0)
                }
                writer.answerRecords += 1
            }
            [1, 97, 0].withView {
                writer.appendRecord(owner: 0xC010, type: .ns, ttl: 0x0102_0304, data: $0)
            }
            writer.authorityRecords += 1
        }
        let message = try ReferenceMessage(response)
        #expect(message.id == 0x1234)
        #expect(message.flags == 0x8500)
        #expect(message.questions == [ResponseWriterTests.question])
        #expect(
            message.sections[0].map(\.data) == [[192, 0, 2, 1], [192, 0, 2, 2], [192, 0, 2, 3]])
        #expect(message.sections[0].allSatisfy { $0.owner == ResponseWriterTests.question.owner })
        #expect(
            message.sections[1] == [
                ReferenceMessage.Record(
                    owner: [Array("example".utf8), Array("org".utf8)], type: 2, rrClass: 1,
                    ttl: 0x0102_0304, data: [1, 97, 0])
            ])
        #expect(message.sections[2].isEmpty)
    }

    /// The question comes back bit for bit, in the client's spelling.
    @Test func theQuestionIsEchoedAsSpelled() {
        let packet = QueryPacket(additional: [QueryPacket.opt()]).bytes
        let response = respond(to: packet) { _ in }
        let end = 12 + QueryPacket.name.count + 4
        #expect(response[12..<end] == packet[12..<end])
    }

    /// Flags asked, what the answer is, flags answered.
    @Test(
        arguments: [
            (0x0000, RCode.noError, false, false, 0x8000), (0x0100, .noError, true, false, 0x8500),
            (0x0100, .nameError, true, false, 0x8503), (0x0110, .refused, false, false, 0x8105),
            (0x07FF, .noError, true, true, 0x8700), (0x2000, .refused, false, false, 0xA005),
            (0x2900, .refused, false, false, 0xA905),
            (0x1000, .notImplemented, false, false, 0x9004),
            (0x0000, .badVersion, false, false, 0x8000),
        ] as [(UInt16, RCode, Bool, Bool, UInt16)])
    func flagsAreMade(
        _ asked: UInt16, _ rcode: RCode, _ isAuthoritative: Bool, _ isTruncated: Bool,
        _ answered: UInt16
    ) throws {
        let response = respond(to: QueryPacket(flags: asked).bytes) { writer in
            writer.rcode = rcode
            writer.isAuthoritative = isAuthoritative
            writer.isTruncated = isTruncated
        }
        #expect(try ReferenceMessage(response).flags == answered)
    }

    @Test(arguments: [
        (RCode.noError, 0x8000 as UInt16, 0 as UInt32), (.noError, 0, 0),
        (.badVersion, 0x8000, 0x0100_0000), (.nameError, 0x0001, 0),
    ])
    func ednsIsAnsweredWithEDNS(_ rcode: RCode, _ flags: UInt16, _ upper: UInt32) throws {
        let packet = QueryPacket(additional: [QueryPacket.opt(flags: flags, options: [0, 3, 0, 0])])
        let message = try ReferenceMessage(respond(to: packet.bytes) { $0.rcode = rcode })
        #expect(message.flags & 0xF == rcode.rawValue & 0xF)
        // DO comes back, other flags do not (RFC 3225 §3, RFC 6891 §6.1.4).
        #expect(
            message.sections[2] == [
                ReferenceMessage.Record(
                    owner: [], type: 41, rrClass: 1400, ttl: upper | UInt32(flags & 0x8000),
                    data: [])
            ])
    }

    @Test func withoutAQuestionTheHeaderIsAll() throws {
        let response = respond(to: QueryPacket(counts: [0, 0, 0, 0], question: []).bytes) {
            $0.rcode = .formatError
        }
        #expect(response.count == Header.bytes)
        #expect(try ReferenceMessage(response).flags == 0x8101)
    }

    /// The OPT always fits behind what the writer lets in.
    @Test(arguments: [false, true])
    func roomLeavesSpaceForTheOPT(_ edns: Bool) throws {
        let packet = edns ? QueryPacket(additional: [QueryPacket.opt()]) : QueryPacket()
        for (bufferBytes, maximumBytes) in [(512, 512), (512, 4096), (4096, 512), (600, 577)] {
            var written = 0
            let response = respond(
                to: packet.bytes, bufferBytes: bufferBytes, maximumBytes: maximumBytes
            ) { writer in
                while writer.room >= 16 {
                    [1, 2, 3, 4].withView {
                        writer.appendRecord(owner: 0xC00C, type: .a, ttl: 1, data: $0)
                    }
                    writer.answerRecords += 1
                    written += 1
                }
            }
            #expect(response.count <= min(bufferBytes, maximumBytes))
            #expect(response.count > min(bufferBytes, maximumBytes) - 16)
            #expect(try ReferenceMessage(response).sections[0].count == written)
        }
    }
}
