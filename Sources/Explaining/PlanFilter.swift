/// What of a plan is about names that somebody asks for.
extension Plan {
    /// Only the names and records that match; the counts stay those of everything.
    ///
    /// - Parameter pattern: a name, with `*` for any text; case does not count, nor a final full stop.
    package func matching(_ pattern: String) -> Plan {
        let parts = Plan.folded(pattern).split(separator: "*", omittingEmptySubsequences: false)
        var plan = self
        plan.names = names.compactMap { group in
            var group = group
            group.names = group.names.filter { Plan.matches(Plan.folded($0), parts) }
            return group.names.isEmpty ? nil : group
        }
        plan.records = records.filter { Plan.matches(Plan.folded($0.name), parts) }
        plan.notes.append("only names that match '\(pattern)' are listed; counts are of all")
        return plan
    }

    private static func folded(_ name: String) -> String {
        let lower = name.lowercased()
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }

    private static func matches(_ name: String, _ parts: [Substring]) -> Bool {
        guard let first = parts.first, let last = parts.last, name.hasPrefix(first) else {
            return false
        }
        if parts.count == 1 { return name == first }
        var rest = name.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}
