import DNSWire
import Health
import Zones

/// A value that has been checked against the table.
indirect enum SettingsValue {
    case text(String)
    case integer(Int)
    case number(Double)
    case duration(Duration)
    case boolean(Bool)
    case word(String)
    case socketAddress(SocketAddress)
    case address(IPAddress)
    case network(IPNetwork)
    case origin(Name)
    case location(latitude: Double, longitude: Double)
    case statuses([ClosedRange<Int>])
    case timeToLive(SteeredName.TimeToLive)
    case whenDown(SteeredName.WhenDown, fallback: PolicyDefinition?)
    case policy(PolicyDefinition)
    case list([SettingsValue])
    case map([SettingsEntry])
    case object(SettingsObject)
}

/// One entry of a map with keys of the user's choice.
struct SettingsEntry {
    var key: String
    var position: SourcePosition
    var value: SettingsValue
}

/// A checked map with keys from the table: what was written, and defaults for what was not.
struct SettingsObject {
    var position: SourcePosition
    var values: [String: SettingsValue] = [:]
    /// Where keys stand that were written.
    var positions: [String: SourcePosition] = [:]

    func isWritten(_ key: String) -> Bool { positions[key] != nil }

    func position(of key: String) -> SourcePosition { positions[key] ?? position }

    func text(_ key: String) -> String? {
        switch values[key] {
        case .text(let text), .word(let text): text
        default: nil
        }
    }

    func name(_ key: String) -> Name? {
        if case .origin(let name) = values[key] { name } else { nil }
    }

    func integer(_ key: String) -> Int? {
        if case .integer(let value) = values[key] { value } else { nil }
    }

    func seconds(_ key: String) -> UInt32? {
        if case .timeToLive(.seconds(let value)) = values[key] { value } else { nil }
    }

    func number(_ key: String) -> Double? {
        if case .number(let value) = values[key] { value } else { nil }
    }

    func duration(_ key: String) -> Duration? {
        if case .duration(let value) = values[key] { value } else { nil }
    }

    func boolean(_ key: String) -> Bool? {
        if case .boolean(let value) = values[key] { value } else { nil }
    }

    func statuses(_ key: String) -> [ClosedRange<Int>]? {
        if case .statuses(let value) = values[key] { value } else { nil }
    }

    func list(_ key: String) -> [SettingsValue] {
        if case .list(let value) = values[key] { value } else { [] }
    }

    func networks(_ key: String) -> [IPNetwork] {
        list(key).compactMap { if case .network(let network) = $0 { network } else { nil } }
    }

    func map(_ key: String) -> [SettingsEntry] {
        if case .map(let value) = values[key] { value } else { [] }
    }

    /// The entries of a map whose values are objects.
    func objects(_ key: String) -> [(
        name: String, position: SourcePosition, object: SettingsObject
    )] {
        map(key).compactMap { entry in
            if case .object(let object) = entry.value {
                (entry.key, entry.position, object)
            } else {
                nil
            }
        }
    }

    func object(_ key: String) -> SettingsObject? {
        if case .object(let value) = values[key] { value } else { nil }
    }
}
