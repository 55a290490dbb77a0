/// EDNS options as tests write and read them.
enum Options {
    static func option(_ code: UInt16, _ data: [UInt8] = []) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(network: code)
        bytes.append(network: UInt16(data.count))
        return bytes + data
    }

    static let clientCookie: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

    static func cookie(_ server: [UInt8] = []) -> [UInt8] { option(10, clientCookie + server) }

    static let nsid = option(3)
    static let keepalive = option(11)
    static let subnet = option(8, [0, 1, 24, 0, 192, 0, 2])

    /// The options of an OPT record by code, in order; nil when they do not add up.
    static func read(_ data: [UInt8]) -> [(code: UInt16, data: [UInt8])]? {
        var rest = data[...]
        var options: [(code: UInt16, data: [UInt8])] = []
        while !rest.isEmpty {
            guard rest.count >= 4 else { return nil }
            let head = Array(rest.prefix(4))
            let count = Int(head[2]) << 8 | Int(head[3])
            rest = rest.dropFirst(4)
            guard rest.count >= count else { return nil }
            options.append((UInt16(head[0]) << 8 | UInt16(head[1]), Array(rest.prefix(count))))
            rest = rest.dropFirst(count)
        }
        return options
    }
}

extension DecodedMessage {
    /// The response's EDNS options; empty without an OPT.
    var options: [(code: UInt16, data: [UInt8])] { Options.read(opt?.rdata ?? []) ?? [] }

    func option(_ code: UInt16) -> [UInt8]? { options.first { $0.code == code }?.data }

    /// INFO-CODE and EXTRA-TEXT (RFC 8914 §2).
    var extendedError: (code: UInt16, text: String)? {
        guard let data = option(15), data.count >= 2 else { return nil }
        return (
            UInt16(data[0]) << 8 | UInt16(data[1]),
            String(decoding: data.dropFirst(2), as: UTF8.self)
        )
    }
}
