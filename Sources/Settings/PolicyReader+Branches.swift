import DNSWire
import Zones

/// Branches of policies that ask where the client is: `{EU: edge-eu, default: edge-us}`.
extension PolicyReader {
    /// - Parameter meaning: what a key means.
    func branches(
        _ kind: YAMLEntry, depth: Int,
        _ meaning: (String) -> Result<ClientBranch.Key, PlaceError>
    ) -> [ClientBranch] {
        guard let entries = kind.value.map else {
            checker.refuse(kind.value, kind.key, mustBe: "a map of places to policies")
            return []
        }
        guard checkCount(entries.count, kind) else { return [] }
        var seen: Set<ClientBranch.Key> = []
        return entries.compactMap { entry in
            let place = checker.keyPosition(entry)
            let policy = read(entry.value, depth: depth + 1)
            switch meaning(entry.key) {
            case .success(let key):
                guard seen.insert(key).inserted else {
                    checker.report(place, "'\(entry.key)' is given twice")
                    return nil
                }
                noteUnknownCountry(key, place)
                return ClientBranch(key, policy, position: place)
            case .failure(let error):
                checker.report(place, error.message)
                return nil
            }
        }
    }

    /// A country that does not exist is no error: databases know codes before standards do.
    private func noteUnknownCountry(_ key: ClientBranch.Key, _ place: SourcePosition) {
        let code: String
        switch key {
        case .country(let country), .subdivision(let country, _): code = country
        default: return
        }
        if Places.countries.contains(code) { return }
        checker.report(
            Finding(
                .warning, at: place,
                "there is no country '\(code)' in ISO 3166-1, so this branch is hardly ever chosen")
        )
    }

    /// What a key of `subnet` means, or why it means nothing.
    static func networkKey(_ text: String) -> Result<ClientBranch.Key, PlaceError> {
        if text == "default" { return .success(.fallback) }
        if text.hasPrefix("network:") { return Places.key(text) }
        guard let network = IPNetwork(text) else {
            return .failure(
                PlaceError(
                    "'\(text.prefix(80))' is no network: write one such as 192.0.2.0/24 or "
                        + "2001:db8::/32 without bits behind its prefix, network:NAME, or default"))
        }
        return .success(.prefix(network))
    }
}
