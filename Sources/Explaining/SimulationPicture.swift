/// Draws a simulation: a pair of bars for each cluster, and for each endpoint, before and after.
///
///     us-east   ████████████████      50 %
///               ░░░░░                 17 %  ┃ capacity
package struct SimulationPicture {
    private let simulation: Simulation
    private var body = ""
    private var y = 0

    /// Endpoints that are drawn; the text has more.
    private static let maximumEndpoints = 30
    private static let maximumRegions = 20
    private static let width = 900
    private static let left = 240
    /// Pixels of a whole: all queries.
    private static let scale = 480
    private static let before = "#9aa7b8"
    private static let after = "#2563b0"
    private static let alarm = "#c0392b"

    /// The picture as SVG 1.1.
    package static func render(_ simulation: Simulation) -> String {
        var picture = SimulationPicture(simulation)
        picture.draw()
        let height = picture.y + 24
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
            viewBox="0 0 \(width) \(height)" font-family="sans-serif" font-size="13" fill="#1f2933">
            <rect width="100%" height="100%" fill="white"/>
            \(picture.body)</svg>

            """
    }

    private init(_ simulation: Simulation) { self.simulation = simulation }

    private mutating func draw() {
        y = 34
        text(24, y, simulation.changes.joined(separator: ", "), size: 18, weight: "bold")
        y += 22
        text(24, y, simulation.basis, colour: "#52606d")
        y += 20
        text(
            24, y,
            "\(Percentage(simulation.moved).text) of the queries get another answer; "
                + "\(simulation.lostNames.count + simulation.moreLostNames) names lose their last "
                + "endpoint", colour: "#52606d")
        y += 16
        legend()
        heading("Clusters, of all queries")
        for row in simulation.clusters {
            // Where the demand is told, the capacity is a place among the shares.
            let mark = simulation.demand.flatMap { demand in
                demand > 0 ? row.capacity.map { $0 / demand } : nil
            }
            bars(
                row.cluster, row.share, mark: mark, isAlarm: row.overruns,
                note: row.overruns ? "over capacity" : "")
        }
        heading("Endpoints, of all queries")
        let shown = simulation.endpoints.prefix(SimulationPicture.maximumEndpoints)
        for row in shown { bars(row.endpoint, row.share, mark: nil, isAlarm: false, note: "") }
        if simulation.endpoints.count > shown.count {
            y += 18
            text(24, y, "and \(simulation.endpoints.count - shown.count) more", colour: "#52606d")
        }
        drawRegions()
    }

    private mutating func drawRegions() {
        guard !simulation.regions.isEmpty else { return }
        heading("Clients by region, of their queries")
        for region in simulation.regions.prefix(SimulationPicture.maximumRegions) {
            y += 22
            text(24, y, "\(region.region) (\(Percentage(region.weight).text))", weight: "bold")
            for (cluster, share) in region.clusters.sorted(by: { $0.key < $1.key }) {
                bars(cluster, share, mark: nil, isAlarm: false, note: "")
            }
        }
    }

    private mutating func legend() {
        y += 12
        box(SimulationPicture.left, y, 14, 10, SimulationPicture.before)
        text(SimulationPicture.left + 20, y + 10, "before")
        box(SimulationPicture.left + 90, y, 14, 10, SimulationPicture.after)
        text(SimulationPicture.left + 110, y + 10, "after")
        if simulation.demand != nil, simulation.clusters.contains(where: { $0.capacity != nil }) {
            box(SimulationPicture.left + 180, y - 2, 3, 14, SimulationPicture.alarm)
            text(SimulationPicture.left + 190, y + 10, "capacity")
        }
        y += 12
    }

    private mutating func heading(_ title: String) {
        y += 34
        text(24, y, title, size: 15, weight: "bold")
    }

    private mutating func bars(
        _ label: String, _ share: Simulation.Change, mark: Double?, isAlarm: Bool, note: String
    ) {
        let left = SimulationPicture.left
        y += 14
        text(left - 12, y + 17, SimulationPicture.shortened(label), anchor: "end")
        for (index, value) in [share.before, share.after].enumerated() {
            let length = Int((value * Double(SimulationPicture.scale)).rounded())
            let colour =
                index == 0
                ? SimulationPicture.before
                : isAlarm ? SimulationPicture.alarm : SimulationPicture.after
            box(left, y + index * 13, max(length, value > 0 ? 1 : 0), 11, colour)
            text(
                left + length + 8, y + index * 13 + 10,
                Percentage(value).text + (index == 1 && !note.isEmpty ? "  \(note)" : ""), size: 11)
        }
        if let mark, mark <= 1.2 {
            let x = left + Int((mark * Double(SimulationPicture.scale)).rounded())
            box(x, y - 3, 3, 30, SimulationPicture.alarm)
        }
        y += 20
    }

    // MARK: Shapes

    private mutating func box(_ x: Int, _ y: Int, _ width: Int, _ height: Int, _ colour: String) {
        body += "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\" "
        body += "fill=\"\(colour)\"/>\n"
    }

    private mutating func text(
        _ x: Int, _ y: Int, _ content: String, size: Int = 13, weight: String = "normal",
        colour: String = "#1f2933", anchor: String = "start"
    ) {
        body += "<text x=\"\(x)\" y=\"\(y)\" font-size=\"\(size)\" font-weight=\"\(weight)\" "
        body += "fill=\"\(colour)\" text-anchor=\"\(anchor)\">"
        body += "\(SimulationPicture.escaped(content))</text>\n"
    }

    /// Text as XML takes it; control characters are left out.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars where scalar.value >= 32 {
            switch scalar {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A name that fits beside its bars.
    private static func shortened(_ text: String) -> String {
        text.count <= 30 ? text : "…" + text.suffix(29)
    }
}
