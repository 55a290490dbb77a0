import CMaxMindDB
import Geography
import Zones

/// Reads what an entry of a database says about a place; each entry once.
struct LocationDecoder {
    /// Longest code, in bytes: subdivisions have up to three.
    private static let maximumCodeBytes = 3

    private let database: DatabaseFile
    private let continent = KeyPathText("continent", "code")
    private let country = KeyPathText("country", "iso_code")
    private let subdivision = KeyPathText("subdivisions", "0", "iso_code")
    private let latitude = KeyPathText("location", "latitude")
    private let longitude = KeyPathText("location", "longitude")
    private let autonomousSystem = KeyPathText("autonomous_system_number")
    /// By an entry's offset.
    private var known: [UInt32: UInt32] = [:]
    private(set) var numbers = LocationNumbers()

    init(_ database: DatabaseFile) { self.database = database }

    /// The number of an entry's location.
    mutating func number(of entry: MMDB_entry_s) throws(Finding) -> UInt32 {
        if let number = known[entry.offset] { return number }
        let number = numbers[try decode(entry)]
        known[entry.offset] = number
        return number
    }

    private func decode(_ entry: MMDB_entry_s) throws(Finding) -> Location {
        var location = Location()
        location.continent = try code(entry, continent)
        location.country = try code(entry, country)
        location.subdivision = try code(entry, subdivision)
        if let latitude = try degrees(entry, latitude, limit: 90),
            let longitude = try degrees(entry, longitude, limit: 180)
        {
            location.latitude = latitude
            location.longitude = longitude
        }
        if let data = try database.value(entry, autonomousSystem),
            data.type == UInt32(MMDB_DATA_TYPE_UINT32)
        {
            location.autonomousSystem = data.uint32
        }
        return location
    }

    /// One to three letters and digits; nil for anything else.
    private func code(_ entry: MMDB_entry_s, _ path: KeyPathText) throws(Finding) -> String? {
        guard let data = try database.value(entry, path),
            data.type == UInt32(MMDB_DATA_TYPE_UTF8_STRING), let text = data.utf8_string,
            (1...LocationDecoder.maximumCodeBytes).contains(Int(data.data_size))
        else { return nil }
        let bytes = UnsafeRawBufferPointer(start: text, count: Int(data.data_size))
        guard bytes.allSatisfy(\.isLetterOrDigit) else { return nil }
        return String(decoding: bytes, as: UTF8.self).uppercased()
    }

    private func degrees(
        _ entry: MMDB_entry_s, _ path: KeyPathText, limit: Double
    ) throws(Finding) -> Double? {
        guard let data = try database.value(entry, path) else { return nil }
        let value: Double
        switch data.type {
        case UInt32(MMDB_DATA_TYPE_DOUBLE): value = data.double_value
        case UInt32(MMDB_DATA_TYPE_FLOAT): value = Double(data.float_value)
        default: return nil
        }
        return abs(value) <= limit ? value : nil
    }
}
