import Foundation
import Load

/// What all servers load alike; written once, linked into each server's folder.
enum DataSet: String, CaseIterable {
    /// 10,000 names with A and AAAA.
    case hosts
    /// The same, and 2,001 steered names.
    case steered
    /// A million names in one zone.
    case million
    /// 10,000 zones of six records.
    case manyZones
    /// 100,000 names in one zone, one of which changes.
    case bulk
    /// The hosts, and a name whose answer depends on the client: 26,000 networks, or 500,000.
    case located
    case locatedBig

    /// Zones with the text of their master files.
    func zones() -> [ZoneText] {
        switch self {
        case .hosts, .steered, .located, .locatedBig: [HostZone.hosts.text()]
        case .million: [HostZone.million.text()]
        case .manyZones: ManyZones.texts()
        case .bulk: [HostZone.bulk.text()]
        }
    }

    /// Whether `gslb.test` belongs to it, which each server is given in its own way.
    var isSteered: Bool { self == .steered }

    /// The networks that tell clients apart, in the zone `geo.test`.
    var networks: ClientNetworks? {
        switch self {
        case .located: .few
        case .locatedBig: .many
        default: nil
        }
    }

    /// A question that tells when a server has loaded.
    var readyQuestion: Question {
        switch self {
        case .hosts, .steered, .located, .locatedBig: HostZone.hosts.question(1, .a)
        case .million: HostZone.million.question(999_999, .a)
        case .manyZones: ManyZones.question(9_999)
        case .bulk: HostZone.bulk.question(99_999, .a)
        }
    }
}

/// A zone and its master file.
struct ZoneText {
    var origin: String
    var text: String

    /// What all zones begin with.
    static func head(_ origin: String, serial: Int = 1) -> String {
        """
        $ORIGIN \(origin).
        $TTL 300
        @ SOA ns1 hostmaster \(serial) 7200 900 1209600 300
        @ NS ns1
        @ NS ns2
        ns1 A 192.0.2.53
        ns2 A 192.0.2.54

        """
    }
}

/// A zone of many hosts, each with an address made from its number.
struct HostZone {
    let origin: String
    let count: Int
    let hasIPv6: Bool

    static let hosts = HostZone(origin: "bench.test", count: 10_000, hasIPv6: true)
    static let million = HostZone(origin: "million.test", count: 1_000_000, hasIPv6: false)
    static let bulk = HostZone(origin: "bulk.test", count: 100_000, hasIPv6: false)

    /// 10.0.0.0, where the addresses begin.
    private static let firstAddress: UInt32 = 0x0A00_0000
    /// The name of the record that changes.
    static let changing = "changing"

    /// The address that the changing record has in a serial: 203.0.113.1 to 203.0.113.250.
    static func changedAddress(serial: Int) -> UInt32 {
        0xCB00_7100 + UInt32(serial % 250 + 1)
    }

    func text(serial: Int = 1) -> ZoneText {
        var text = ZoneText.head(origin, serial: serial)
        text.reserveCapacity(count * 40)
        text += "\(HostZone.changing) A \(dotted(HostZone.changedAddress(serial: serial)))\n"
        for number in 0..<count {
            let address = HostZone.firstAddress + UInt32(number)
            text += "host\(number) A \(dotted(address))\n"
            if hasIPv6 {
                let high = String(address >> 16, radix: 16)
                let low = String(address & 0xFFFF, radix: 16)
                text += "host\(number) AAAA 2001:db8::\(high):\(low)\n"
            }
        }
        return ZoneText(origin: origin, text: text)
    }

    func question(_ number: Int, _ type: RecordType) -> Question {
        Question(
            "host\(number).\(origin)", type,
            .addresses(from: HostZone.firstAddress + UInt32(number), count: 1, answers: 1))
    }

    func questions(type: RecordType) -> [Question] {
        (0..<count).map { question($0, type) }
    }

    func sample(count wanted: Int, using random: inout SeededGenerator) -> [Question] {
        (0..<wanted).map { _ in question(Int.random(in: 0..<count, using: &random), .a) }
    }

    func missing(count wanted: Int, using random: inout SeededGenerator) -> [Question] {
        (0..<wanted).map { _ in
            let label = String(UInt64.random(in: .min ... .max, using: &random), radix: 36)
            return Question("no-\(label).\(origin)", .a, .nameError)
        }
    }
}

/// Many zones with few records each.
enum ManyZones {
    static let count = 10_000

    static func origin(_ number: Int) -> String { "zone\(number).test" }

    static func question(_ number: Int) -> Question {
        Question(
            "www.\(origin(number))", .a,
            .addresses(from: 0x0A00_0000 + UInt32(number), count: 1, answers: 1))
    }

    static func questions() -> [Question] { (0..<count).map(question) }

    static func texts() -> [ZoneText] {
        (0..<count).map { number in
            let origin = origin(number)
            let address = dotted(0x0A00_0000 + UInt32(number))
            return ZoneText(
                origin: origin, text: ZoneText.head(origin) + "www A \(address)\n")
        }
    }
}

/// An IPv4 address as text.
func dotted(_ address: UInt32) -> String {
    "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
}
