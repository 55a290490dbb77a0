import Compiling
import DNSWire
import Foundation
import Resolving
import Serving

/// The folder for what must outlive a restart: images, verdicts, what was accepted over the API.
///
/// One control process at a time holds it.
struct StateFolder: Sendable {
    let path: String
    /// Locked for as long as this process lives.
    private let lock: CInt

    /// Makes the folder if need be and locks it.
    init(_ path: String) throws(ServeError) {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw ServeError(
                "the state folder \(path) cannot be made: \(error.localizedDescription)")
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_uid == geteuid() else {
            throw ServeError("the state folder \(path) belongs to another user; give --state DIR")
        }
        lock = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else {
            throw ServeError("the state folder \(path) cannot be used: \(errnoText())")
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw ServeError("another sterna uses the state folder \(path); give --state DIR")
        }
    }

    /// The folder of a server without a configuration file: one for each first listening address.
    static func temporary(for listen: SocketAddress) -> String {
        let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        let name = listen.description.map { $0.isHexDigit || $0 == "." ? $0 : "-" }
        return "\(base)/sterna-\(getuid())/\(String(name))"
    }

    func imagePath(_ file: UInt64) -> String { Plane.imagePath(folder: path, file: file) }

    /// Writes an image so that it is there whole or not at all, crash or not.
    func write(_ image: [UInt8], file: UInt64) throws(ServeError) {
        try write(image, to: imagePath(file))
    }

    /// Writes a patch behind what an image file holds.
    ///
    /// It counts for nothing until somebody is told to read it, and carries a checksum, so it need not be flushed.
    func append(_ patch: [UInt8], at offset: Int, file number: UInt64) throws(ServeError) {
        let path = imagePath(number)
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw ServeError("cannot write \(path): \(errnoText())") }
        defer { close(file) }
        var written = 0
        patch.withUnsafeBytes { bytes in
            while written < bytes.count {
                let count = pwrite(
                    file, bytes.baseAddress.map { $0 + written }, bytes.count - written,
                    off_t(offset + written))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                written += count
            }
        }
        guard written == patch.count else {
            throw ServeError("cannot write \(path): \(errnoText())")
        }
    }

    /// The 16 bytes that cookies are made with when no secret is set; made at the first call, then kept.
    func cookieSecret() throws(ServeError) -> [UInt8] {
        let file = "\(path)/cookie-secret"
        let known = FileManager.default.contents(atPath: file).map(Array.init) ?? []
        if known.count == CookieSecrets.bytes { return known }
        var random = SystemRandomNumberGenerator()
        let secret = (0..<CookieSecrets.bytes).map { _ in UInt8.random(in: 0...255, using: &random)
        }
        try write(secret, to: file)
        return secret
    }

    /// The last good addresses of hosts; none where they cannot be read.
    var keptHosts: [KeptHost] {
        get {
            guard let data = FileManager.default.contents(atPath: hostsPath),
                data.count <= StateFolder.maximumHostsBytes
            else { return [] }
            return (try? JSONDecoder().decode([KeptHost].self, from: data)) ?? []
        }
    }

    /// Writes them so that they are there whole or not at all.
    func keep(_ hosts: [KeptHost]) throws(ServeError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(hosts) else { return }
        try write(Array(data), to: hostsPath)
    }

    private var hostsPath: String { "\(path)/hosts.json" }

    /// 10,000 hosts with 32 addresses each take less.
    private static let maximumHostsBytes = 32 << 20

    private func write(_ image: [UInt8], to path: String) throws(ServeError) {
        let temporary = path + ".new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw ServeError("cannot write \(temporary): \(errnoText())") }
        var written = 0
        image.withUnsafeBytes { bytes in
            while written < bytes.count {
                let count = Foundation.write(
                    file, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                written += count
            }
        }
        let flushed = written == image.count && fsync(file) == 0
        let problem = errnoText()
        close(file)
        guard flushed, rename(temporary, path) == 0 else {
            unlink(temporary)
            throw ServeError("cannot write \(temporary): \(problem)")
        }
    }

    /// Removes images other than those named.
    func removeImages(except kept: UInt64) {
        for file in imageFiles where file != kept { unlink(imagePath(file)) }
    }

    /// Numbers of the image files that lie here.
    var imageFiles: [UInt64] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.compactMap { $0.hasPrefix("image-") ? UInt64($0.dropFirst(6)) : nil }
    }

    /// The slots that an image of this folder gives its addresses; none if it cannot be read.
    ///
    /// - Parameters:
    ///   - file: its number.
    ///   - root: the header in it that is read; the first one, where that cannot be.
    func slots(file: UInt64, root: UInt32) -> [SlotMap.Key: Int] {
        let path = imagePath(file)
        guard file > 0,
            let loaded = (try? LoadedImage(path: path, root: Int(root)))
                ?? (try? LoadedImage(path: path))
        else { return [:] }
        let image = loaded.image
        var slots: [SlotMap.Key: Int] = [:]
        for index in 0..<image.endpointCount {
            let endpoint = image.endpoint(index)
            let key = text(endpoint.key)
            for offset in 0..<endpoint.v4Count + endpoint.v6Count {
                let address = image.address(endpoint.firstAddress + offset)
                let wire = address.wire(v4: offset < endpoint.v4Count)
                guard let value = IPAddress(bytes: (0..<wire.count).map { wire.byte($0) }) else {
                    continue
                }
                slots[SlotMap.Key(endpoint: key, address: value)] = address.slot
            }
        }
        return withExtendedLifetime(loaded) { slots }
    }

    /// The slots of the words that an image of this folder has about policies; none if it cannot be read.
    func holdSlots(file: UInt64) -> [SlotMap.HoldKey: Int] {
        guard file > 0, let loaded = try? LoadedImage(path: imagePath(file)) else { return [:] }
        let image = loaded.image
        var slots: [SlotMap.HoldKey: Int] = [:]
        for index in 0..<image.holdCount {
            let hold = image.hold(index)
            guard let kind = hold.kind else { continue }
            slots[
                SlotMap.HoldKey(
                    owner: text(hold.owner), path: text(hold.path), kind: kind,
                    members: hold.members)] = hold.slot
        }
        return withExtendedLifetime(loaded) { slots }
    }

    private func text(_ bytes: ByteView) -> String {
        String(decoding: (0..<bytes.count).map { bytes.byte($0) }, as: UTF8.self)
    }
}

/// Why a server cannot start or go on, as one sentence for its operator.
struct ServeError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// What the last system call that failed said.
func errnoText() -> String { String(cString: strerror(errno)) }
