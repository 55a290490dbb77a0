import DNSWire
import Serving
import TestSupport

extension FuzzEntry {
    /// A damaged serving image: refused whole, before anything of it is used.
    ///
    /// The input is a list of changes, each four bytes: where (three bytes) and what is added there.
    static let image = FuzzEntry("image", words: [[0, 0, 0, 1], [0, 0, 8, 1], [0, 0, 24, 255]]) {
        let good = try TestZone.image()
        return { input in
            if let complaint = complaint(about: input, good: good) { return complaint }
            var damaged = good
            for start in stride(from: 0, to: input.count - 3, by: 4) {
                let place =
                    Int(input[start]) << 16 | Int(input[start + 1]) << 8 | Int(input[start + 2])
                damaged[place % damaged.count] &+= input[start + 3]
            }
            let rest = input.count % 4
            if rest > 0 { damaged.removeLast(min(Int(input[input.count - 1]), damaged.count)) }
            return complaint(about: damaged, good: good)
        }
    }

    private static func complaint(about bytes: [UInt8], good: [UInt8]) -> String? {
        let isTaken = bytes.withUnsafeBytes { (try? ServingImage(ByteView($0))) != nil }
        return isTaken == (bytes == good) ? nil : "a damaged image was taken, or a good one refused"
    }
}
