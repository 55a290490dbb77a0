import Compiling
import DNSWire
import Testing
import Zones

/// Walks the golden answers; libldns reads every response and says what is in it.
@Suite struct GoldenTests {
    @Test(arguments: try GoldenFile.all())
    func responseIsGolden(_ golden: GoldenFile.Case) throws {
        let server = try TestServer(
            golden.zones.map { zone in
                ZoneSource(
                    zone: try TestZones.file(zone.file, origin: try Name(zone.origin)))
            })
        let question = try golden.question()
        let response = server.answer(question.packet, over: golden.overTCP ? .tcp : .udp)
        let judged = try JudgedMessage(response)
        let comment = Comment(rawValue: golden.comment)

        #expect(judged.isResponse, comment)
        #expect(judged.rcode == golden.rcode, comment)
        let edns: Set<String> = question.edns?.dnssecOK == true ? ["do"] : []
        #expect(judged.flags == golden.expectedFlags.union(edns), comment)
        #expect(judged.answer == (try canonical(golden.answer)), comment)
        #expect(judged.authority == (try canonical(golden.authority)), comment)
        #expect(judged.additional == (try canonical(golden.additional)), comment)

        // An OPT is there exactly if the query had one (RFC 6891 §6.1.1, §7).
        #expect(judged.hasEDNS == (question.edns != nil), comment)
        if question.edns != nil { #expect(judged.udpBytes == AnswerSettings.defaultUDPBytes) }
        // Id and question are echoed bit for bit, 0x20 and all.
        let end = Header.bytes + question.name.wire.count + 4
        #expect(response.starts(with: question.packet[..<2]))
        #expect(response[Header.bytes..<end] == question.packet[Header.bytes..<end])
        #expect(response.count <= limit(golden, question), comment)
    }

    private func canonical(_ lines: [String]) throws -> [String] {
        try lines.map(JudgedMessage.canonical).sorted()
    }

    private func limit(_ golden: GoldenFile.Case, _ question: Question) -> Int {
        if golden.overTCP { return Header.maximumBytes }
        guard let edns = question.edns else { return Header.plainUDPBytes }
        return min(
            AnswerSettings.defaultUDPBytes, max(Header.plainUDPBytes, Int(edns.udpBytes)))
    }
}
