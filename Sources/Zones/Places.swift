/// Codes of continents and countries, and how they are written as keys of `geo` and in tables.
package enum Places {
    /// As databases name them.
    package static let continents = ["AF", "AN", "AS", "EU", "NA", "OC", "SA"]

    /// ISO 3166-1 alpha-2, and XK, which databases use for Kosovo.
    package static let countries = Set(
        """
        AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO
        BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ
        DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP
        GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG
        KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML
        MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE
        PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL
        SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM
        US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK
        """.split { $0 == " " || $0 == "\n" }.map(String.init))

    /// What a key of `geo` means, or why it means nothing.
    package static func key(_ text: String) -> Result<ClientBranch.Key, PlaceError> {
        if text == "default" { return .success(.fallback) }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { return key(String(parts[0]), String(parts[1])) }
        if isCode(text, letters: 2) {
            switch (continents.contains(text), countries.contains(text)) {
            case (true, true):
                return .failure(
                    PlaceError(
                        "'\(text)' is a continent and a country: write 'continent:\(text)' or "
                            + "'country:\(text)'"))
            case (true, false): return .success(.continent(text))
            default: return .success(.country(text))
            }
        }
        if let number = autonomousSystem(text) { return .success(.autonomousSystem(number)) }
        let codes = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard codes.count == 2, isCode(codes[0], letters: 2), isPart(codes[1]) else {
            return .failure(
                PlaceError(
                    "'\(text.prefix(80))' is no place: write a continent such as EU, a country such as "
                        + "DE, a subdivision such as US-CA, an autonomous system such as AS64500, "
                        + "network:NAME, or default"))
        }
        return .success(.subdivision(country: codes[0], codes[1]))
    }

    private static func key(
        _ kind: String, _ name: String
    ) -> Result<ClientBranch.Key, PlaceError> {
        switch kind {
        case "network" where isName(name): return .success(.network(name))
        case "network":
            return .failure(
                PlaceError(
                    "the name of a network must be letters, digits, '-', '_' and '.', at most 63"))
        case "continent" where continents.contains(name): return .success(.continent(name))
        case "continent":
            return .failure(
                PlaceError(
                    "there is no continent '\(name.prefix(80))'; there are "
                        + continents.joined(separator: ", ")))
        case "country" where isCode(name, letters: 2): return .success(.country(name))
        case "country":
            return .failure(PlaceError("a country must be two capital letters (ISO 3166-1)"))
        default:
            return .failure(
                PlaceError(
                    "unknown kind of place '\(kind.prefix(80))'; known here: network, country, continent"
                ))
        }
    }

    private static func isName(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (97...122).contains($0 | 0x20)
                    || "-_.".utf8.contains($0)
            }
    }

    /// The number of `AS64500`, as RFC 5396 writes it ("asplain"), from 1; nil for anything else.
    private static func autonomousSystem(_ text: String) -> UInt32? {
        guard text.hasPrefix("AS"), let first = text.utf8.dropFirst(2).first, first != 48,
            text.utf8.dropFirst(2).allSatisfy({ (48...57).contains($0) })
        else { return nil }
        return UInt32(text.dropFirst(2))
    }

    private static func isCode(_ text: String, letters: Int) -> Bool {
        text.utf8.count == letters && text.utf8.allSatisfy { (65...90).contains($0) }
    }

    /// The part behind the country in ISO 3166-2.
    private static func isPart(_ text: String) -> Bool {
        (1...3).contains(text.utf8.count)
            && text.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) }
    }
}

/// Why a key names no place.
package struct PlaceError: Error {
    package let message: String

    package init(_ message: String) { self.message = message }
}
