import ArgumentParser
import Compiling
import Settings
import Zones

/// The kinds of warnings that are not told.
struct AllowedAdvice: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Do not warn of this kind, the word in brackets; or of all. May be repeated.",
            valueName: "word"))
    var allow: [String] = []

    func validate() throws {
        let words = Advice.Code.allCases.map(\.rawValue)
        for word in allow where word != "all" && !words.contains(word) {
            throw ValidationError(
                "--allow \(word): one of \(words.joined(separator: ", ")), or all")
        }
    }

    /// What is odd about a configuration without errors.
    func advice(_ loaded: LoadedConfiguration) -> [Advice] {
        if allow.contains("all") { return [] }
        return Settings.advice(
            platform: loaded.settings.steering, zones: loaded.zones.map(\.steering),
            hasFeeds: !loaded.settings.feeds.isEmpty
        ).filter { !allow.contains($0.code.rawValue) }
    }
}
