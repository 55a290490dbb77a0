import Glibc

/// A new folder that is removed, with the files in it, when the object goes away.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        var template = Array("/tmp/sterna-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestFailure("cannot make a temporary folder") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { unlink("\(path)/\(name)") }
        }
        closedir(folder)
        rmdir(path)
    }

    /// Writes a file of the folder whole and returns its path.
    package func write(_ bytes: [UInt8], to name: String) throws -> String {
        let path = "\(path)/\(name)"
        guard let file = fopen(path, "w") else { throw TestFailure("cannot write \(path)") }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
            throw TestFailure("cannot write \(path)")
        }
        return path
    }

    /// Appends bytes to a file of the folder, which must be `offset` long.
    package func append(_ bytes: [UInt8], at offset: Int, to name: String) throws {
        guard let file = fopen("\(path)/\(name)", "a") else {
            throw TestFailure("cannot open \(name)")
        }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        guard ftell(file) == offset else {
            throw TestFailure("\(name) has \(ftell(file)) bytes, not \(offset)")
        }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
            throw TestFailure("cannot write \(name)")
        }
    }

    /// Overwrites bytes inside a file of the folder.
    package func patch(_ bytes: [UInt8], at offset: Int, in name: String) throws {
        guard let file = fopen("\(path)/\(name)", "r+") else {
            throw TestFailure("cannot open \(name)")
        }
        defer { fclose(file) }
        guard fseek(file, offset, SEEK_SET) == 0,
            fwrite(bytes, 1, bytes.count, file) == bytes.count
        else { throw TestFailure("cannot write \(name)") }
    }
}

/// Something that a test needs could not be had.
package struct TestFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
