import CLDNS

/// Types that are asked for.
enum RecordTypes {
    static let any: UInt16 = 255
    static let ds: UInt16 = 43
    static let cname: UInt16 = 5

    /// All that a zone may hold, a few that it may not, and ones that nobody knows.
    static let all: [UInt16] =
        Array(1...40) + Array(42...53) + [55, 56, 57, 58] + Array(59...65)
        + Array(99...109) + [253, 254, any, 256, 257, 258, 260, 731, 1000, 32_768, 32_769]
        + [65_280, 65_533, 65_534]

    /// Those that matter most; asked for more often.
    static let common: [UInt16] = [1, 28, 2, 6, cname, 15, 16, 33, 39, ds, 46, 47, 65, any]

    static func name(of type: UInt16) -> String {
        guard let text = ldns_rr_type2str(ldns_rr_type(rawValue: UInt32(type))) else {
            return "TYPE\(type)"
        }
        defer { free(text) }
        return String(cString: text)
    }
}
