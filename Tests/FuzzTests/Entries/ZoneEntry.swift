import Compiling
import DNSWire
import MasterFile
import Zones

extension FuzzEntry {
    /// A master file; a zone that is sound is compiled and asked for what it holds.
    static let zone = FuzzEntry("zone", words: zoneWords.map { Array($0.utf8) }) {
        let shared = FuzzServer.Shared()
        let origin = try Name("example.org.")
        return { input in
            // A million records are slow, and no fault.
            guard !hasWideRange(input) else { return nil }
            let text = String(decoding: input, as: UTF8.self)
            let files = ZoneFiles(
                folder: "/", contents: ["/main.zone": text, "/part.zone": "part A 192.0.2.7\n"])
            let (zone, findings) = loadZone(origin: origin, file: "/main.zone", files: files)
            let (records, _) = MasterFileReader.read(text: input, file: "f", origin: origin)
            guard (zone == nil) == findings.contains(where: { $0.severity == .error }) else {
                return "a zone with errors, or none without"
            }
            guard let zone else { return nil }
            return complaint(about: zone, records, shared)
        }
    }

    /// Whether a `$GENERATE` may count further than 9,999.
    private static func hasWideRange(_ input: [UInt8]) -> Bool {
        var digits = 0
        for byte in input {
            digits = (0x30...0x39).contains(byte) ? digits + 1 : 0
            if digits > 4 { return input.contains(UInt8(ascii: "$")) }
        }
        return false
    }

    /// Records of one zone that are asked for.
    private static let maximumQuestions = 32

    private static func complaint(
        about zone: Zone, _ records: [ResourceRecord], _ shared: FuzzServer.Shared
    ) -> String? {
        let server: FuzzServer
        do {
            server = try FuzzServer([ZoneSource(zone: zone)], shared: shared)
        } catch {
            return "a sound zone does not compile: \(error)"
        }
        for record in records.prefix(maximumQuestions) {
            let below = (try? record.owner.prepending([120])) ?? record.owner
            for owner in [record.owner, below] {
                let packet: [UInt8] =
                    [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1] + owner.wire
                    + [UInt8(record.type.rawValue >> 8)]
                    + [UInt8(truncatingIfNeeded: record.type.rawValue), 0, 1]
                    + [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]
                if let complaint = server.complaint(about: packet) {
                    return "\(owner) \(record.type): \(complaint)"
                }
            }
        }
        return nil
    }

    private static let zoneWords = [
        "(", ")", "\"", ";", "\\", "\\#", "\\999", "@", "$TTL 1h\n", "\n", "\r\n", "\t", "IN ",
        "$ORIGIN ", "$INCLUDE part.zone\n", "$GENERATE 1-3 a$ A 192.0.2.$\n", "${0,3,x}", "*.",
        " A 192.0.2.1\n", " AAAA ::1\n", " NS ", " CNAME ", " DNAME ", " TXT ", " MX 1 ", " SRV ",
        " SVCB 1 . alpn=h2 port=53 ", " HTTPS 0 .", " CAA 0 issue \"x\"", " TYPE65280 \\# 0\n",
        " LOC 1 2 3 N 4 5 6 E 7m\n", " NAPTR 1 2 \"u\" \"e\" \"!a!b!\" .\n", " DS 1 13 2 ",
    ]
}
