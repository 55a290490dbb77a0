import DNSWire

extension FuzzEntry {
    /// A whole message through the answering function.
    static let message = FuzzEntry("message", words: messageWords) {
        let limited = try FuzzServer.rich()
        let plain = try FuzzServer.rich(isLimited: false)
        return { limited.complaint(about: $0) ?? plain.complaint(about: $0) }
    }

    /// The options of an OPT (RFC 6891 §6.1.2): as data of the record, and each option code with data.
    ///
    /// The record's own lengths are right, so that every input reaches the options.
    static let options = FuzzEntry("options", words: optionWords) {
        let server = try FuzzServer.rich()
        return { input in
            let data = Array(input.prefix(1400))
            if let complaint = server.complaint(about: query(options: data)) { return complaint }
            guard let first = data.first else { return nil }
            // NSID, client subnet, expire, cookie, keepalive, padding, error, and unknown ones.
            let codes: [UInt8] = [3, 8, 9, 10, 11, 12, 15, 26]
            let body = data.dropFirst()
            let length = UInt16(truncatingIfNeeded: body.count)
            let option =
                [0, codes[Int(first) % codes.count], UInt8(length >> 8)]
                + [UInt8(truncatingIfNeeded: length)] + body
            return server.complaint(about: query(options: option))
                ?? server.complaint(about: query(options: option + option))
                ?? server.complaint(about: query(options: option, hasQuestion: false))
        }
    }

    private static let messageWords: [[UInt8]] =
        optionWords + [
            [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0], [0xC0, 12], [0, 252, 0, 1], [0, 251, 0, 1],
            [0, 255, 0, 1], [0, 16, 0, 3], [0, 6, 0, 1], [0, 43, 0, 1], [0, 65, 0, 1],
            [3, 115, 117, 98], [4, 119, 105, 108, 100], [5, 100, 110, 97, 109, 101],
            [3, 119, 119, 119, 7, 101, 120, 97, 109, 112, 108, 101, 3, 111, 114, 103, 0],
            [63] + [UInt8](repeating: 97, count: 63), [0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 0],
            // A TSIG of the root's key, by an algorithm of the root's name, without a MAC.
            [0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 17, 0, 0, 0, 0x65, 0x53, 0xF1, 0, 1, 0x2C]
                + [0, 0, 0, 0, 0, 0, 0, 0],
        ]

    private static let optionWords: [[UInt8]] = [
        [0, 3, 0, 0], [0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2], [0, 8, 0, 11, 0, 2, 56, 0],
        [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8],
        [0, 10, 0, 24] + [UInt8](repeating: 7, count: 24), [0, 11, 0, 0], [0, 11, 0, 2, 0, 9],
        [0, 12, 0, 4, 0, 0, 0, 0], [0, 9, 0, 0], [0, 15, 0, 2, 0, 1], [0xFF, 0xFF, 0, 0],
    ]

    /// A query for `www.example.org. A` with these options.
    private static func query(options: [UInt8], hasQuestion: Bool = true) -> [UInt8] {
        let question: [UInt8] =
            [3, 119, 119, 119, 7, 101, 120, 97, 109, 112, 108, 101, 3, 111, 114, 103, 0]
            + [0, 1, 0, 1]
        let length = UInt16(truncatingIfNeeded: options.count)
        return [0x53, 0x54, 1, 0, 0, hasQuestion ? 1 : 0, 0, 0, 0, 0, 0, 1]
            + (hasQuestion ? question : [])
            + [0, 0, 41, 4, 208, 0, 0, 0, 0, UInt8(length >> 8), UInt8(truncatingIfNeeded: length)]
            + options
    }
}
