/// Keys of `geo` from codes of places.
enum GeoKey {
    /// Continents whose codes are countries too.
    private static let ambiguous: Set<String> = ["AF", "AS", "NA", "SA"]
    private static let continents: Set<String> = ["AF", "AN", "AS", "EU", "NA", "OC", "SA"]

    /// The most specific that is given; nil when it is no code.
    static func text(continent: String?, country: String?, subdivision: String?) -> String? {
        if let country {
            if country == "*" { return "default" }
            guard isCode(country, 2...2) else { return nil }
            if let subdivision {
                return isCode(subdivision, 1...3) ? "\(country)-\(subdivision)" : nil
            }
            let needsKind = ambiguous.contains(country) || continents.contains(country)
            return needsKind ? "country:\(country)" : country
        }
        guard let continent, continents.contains(continent) else { return nil }
        return ambiguous.contains(continent) ? "continent:\(continent)" : continent
    }

    private static func isCode(_ text: String, _ length: ClosedRange<Int>) -> Bool {
        length.contains(text.utf8.count)
            && text.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) }
    }
}
