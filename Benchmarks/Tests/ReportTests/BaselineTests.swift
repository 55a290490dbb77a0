import Report
import Testing

@Suite("Figures against the baseline")
struct BaselineTests {
    private static let baseline = Baseline(
        machine: "here", figures: ["W1": 400, "W4": 7, "zero": 0])

    private struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var now: [String: Double]
        var outcome: Baseline.Comparison.Outcome
        var isAccepted: Bool
    }

    private static let cases = [
        Case(testDescription: "same", now: ["W1": 400], outcome: .same, isAccepted: true),
        Case(testDescription: "4 % more", now: ["W1": 416], outcome: .same, isAccepted: true),
        Case(testDescription: "6 % more", now: ["W1": 424], outcome: .worse, isAccepted: false),
        Case(testDescription: "half", now: ["W1": 200], outcome: .better, isAccepted: true),
        Case(testDescription: "not measured", now: [:], outcome: .missing, isAccepted: false),
    ]

    @Test(arguments: cases)
    private func oneFigureWorseByFivePercentIsRefused(_ test: Case) throws {
        var now = ["W4": 7.0, "zero": 0]
        now.merge(test.now) { $1 }
        let comparisons = Self.baseline.compare(now)
        let figure = try #require(comparisons.first { $0.name == "W1" })
        #expect(figure.outcome == test.outcome)
        #expect(Baseline.isAccepted(comparisons) == test.isAccepted)
    }

    @Test func whatWasZeroMustStayZero() {
        let comparisons = Self.baseline.compare(["W1": 400, "W4": 7, "zero": 1])
        #expect(!Baseline.isAccepted(comparisons))
    }

    @Test func aNewFigureIsAccepted() {
        let comparisons = Self.baseline.compare(["W1": 400, "W4": 7, "zero": 0, "W9": 3])
        #expect(comparisons.contains { $0.name == "W9" && $0.outcome == .new })
        #expect(Baseline.isAccepted(comparisons))
    }
}

@Suite("The table")
struct TableTests {
    @Test func cellsAreMediansWithTheirRatioToGdnsd() {
        var report = Report(date: "", machine: "", command: "")
        for value in [3.0, 1, 2] { report.add("W1 CPU", "µs/query", "sterna", value) }
        for value in [4.0, 4] { report.add("W1 CPU", "µs/query", "gdnsd", value) }
        report.add("W2 CPU", "µs/query", "sterna", 123.4)
        #expect(
            report.table(servers: ["sterna", "gdnsd", "nsd"]) == """
                | figure | unit | sterna | gdnsd |
                | --- | --- | ---: | ---: |
                | W1 CPU | µs/query | 2.00 (0.50 ×) | 4.00 |
                | W2 CPU | µs/query | 123 |  |
                """)
    }

    @Test func theMedianOfAnEvenNumberLiesBetween() {
        #expect(Figure("a", "", server: "", samples: [4, 1, 3, 2]).median == 2.5)
        #expect(Figure("a", "", server: "", samples: []).median == nil)
    }
}
