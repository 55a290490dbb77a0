import CMaxMindDB
import Glibc
import Zones

/// An open database; closed when released.
///
/// The library reads a file where it is mapped, and a file that becomes shorter meanwhile would end the
/// process. So it gets a copy of its own that no one else has.
final class DatabaseFile {
    /// Largest database, in bytes.
    static let maximumBytes = 2 << 30

    private let handle: UnsafeMutablePointer<MMDB_s>
    let file: String

    /// Opens the database at `path`, by a copy in the folder `scratch`, which is removed again at once.
    init(_ path: String, scratch: String) throws(Finding) {
        file = path
        let copy = try DatabaseFile.copy(path, into: scratch)
        defer { unlink(copy) }
        let handle = UnsafeMutablePointer<MMDB_s>.allocate(capacity: 1)
        handle.initialize(to: MMDB_s())
        let status = MMDB_open(copy, UInt32(MMDB_MODE_MMAP), handle)
        guard status == MMDB_SUCCESS else {
            handle.deallocate()
            throw DatabaseFile.finding(path, DatabaseFile.explanation(status))
        }
        self.handle = handle
        guard ipVersion == 4 || ipVersion == 6 else {
            throw finding("its header says IP version \(ipVersion)")
        }
    }

    deinit {
        MMDB_close(handle)
        handle.deallocate()
    }

    var nodeCount: UInt32 { handle.pointee.metadata.node_count }
    var ipVersion: Int { Int(handle.pointee.metadata.ip_version) }
    /// What it calls itself: `GeoLite2-City`.
    var type: String {
        handle.pointee.metadata.database_type.map { String(cString: $0) } ?? ""
    }

    /// One node of the tree.
    func node(_ number: UInt32) throws(Finding) -> MMDB_search_node_s {
        var node = MMDB_search_node_s()
        let status = MMDB_read_node(handle, number, &node)
        guard status == MMDB_SUCCESS else { throw finding(DatabaseFile.explanation(status)) }
        return node
    }

    /// What an entry has at a path of keys and places; nil when there is nothing.
    func value(
        _ entry: MMDB_entry_s, _ path: KeyPathText
    ) throws(Finding) -> MMDB_entry_data_s? {
        var entry = entry
        entry.mmdb = UnsafePointer(handle)
        var data = MMDB_entry_data_s()
        let status = MMDB_aget_value(&entry, &data, path.parts)
        switch status {
        case MMDB_SUCCESS: return data.has_data ? data : nil
        case MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR: return nil
        default: throw finding(DatabaseFile.explanation(status))
        }
    }

    func finding(_ message: String) -> Finding { DatabaseFile.finding(file, message) }

    private static func finding(_ path: String, _ message: String) -> Finding {
        Finding(at: SourcePosition(file: path), message)
    }

    private static func explanation(_ status: CInt) -> String {
        "this is not a sound MaxMind database: "
            + String(cString: MMDB_strerror(status)).lowercased()
    }

    private static func copy(_ path: String, into folder: String) throws(Finding) -> String {
        func failure(_ doing: String) -> Finding {
            finding(path, "cannot \(doing): \(String(cString: strerror(errno)))")
        }
        // A pipe without a writer would keep its reader waiting for ever.
        let source = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard source >= 0 else { throw failure("open the database") }
        defer { close(source) }
        var status = stat()
        guard fstat(source, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw finding(path, "the database is not a regular file")
        }
        var template = Array("\(folder)/locations-XXXXXX".utf8CString)
        let target = mkstemp(&template)
        guard target >= 0 else { throw failure("make a copy in \(folder)") }
        defer { close(target) }
        let name = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var total = 0
        while true {
            let count = read(source, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count == 0 { return name }
            total += max(count, 0)
            guard count > 0, total <= maximumBytes, writeAll(buffer[..<count], to: target) else {
                let finding =
                    total > maximumBytes
                    ? finding(path, "a database has at most \(maximumBytes) bytes")
                    : failure(count < 0 ? "read the database" : "make a copy in \(folder)")
                unlink(name)
                throw finding
            }
        }
    }

    private static func writeAll(_ bytes: ArraySlice<UInt8>, to file: CInt) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

/// A path into an entry, as the library wants it: C strings with a null behind them.
final class KeyPathText {
    let parts: [UnsafePointer<CChar>?]
    private let owned: [UnsafeMutablePointer<CChar>]

    init(_ keys: String...) {
        owned = keys.compactMap { strdup($0) }
        parts = owned.map { UnsafePointer($0) } + [nil]
    }

    deinit { for text in owned { free(text) } }
}
