/// A record as libldns prints it, taken apart.
struct RecordText {
    let owner: Substring
    let type: Substring
    let rdata: Substring

    /// - Parameter line: owner, TTL, class, type and data, with tabs between them.
    init(_ line: String) {
        let fields = line.split(separator: "\t", maxSplits: 4, omittingEmptySubsequences: false)
        owner = fields.first ?? ""
        type = fields.count > 3 ? fields[3] : ""
        rdata = fields.count > 4 ? fields[4] : ""
    }

    /// What the records of one RRset share.
    var rrset: String { "\(owner) \(type)" }
}
