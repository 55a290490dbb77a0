import Control
import Testing

struct MetricTextTests {
    @Test func familiesAreWrittenInOrder() {
        let families = [
            MetricFamily(
                "sterna_queries_total", help: "Queries read\nper transport \\ all", kind: .counter,
                samples: [
                    .init(12, [.init("transport", "udp")]),
                    .init(3_000_000_000, [.init("transport", "tcp"), .init("zone", "a\"b\\c\nd")]),
                ]),
            MetricFamily("sterna_load", help: "Share", kind: .gauge, value: 0.25),
            MetricFamily("sterna_none", help: "Nothing yet", kind: .gauge, samples: []),
        ]
        #expect(
            MetricText.render(families) == #"""
                # HELP sterna_queries_total Queries read\nper transport \\ all
                # TYPE sterna_queries_total counter
                sterna_queries_total{transport="udp"} 12
                sterna_queries_total{transport="tcp",zone="a\"b\\c\nd"} 3000000000
                # HELP sterna_load Share
                # TYPE sterna_load gauge
                sterna_load 0.25
                # HELP sterna_none Nothing yet
                # TYPE sterna_none gauge

                """#)
    }

    @Test(arguments: [
        (Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (-0.5, "-0.5"),
        (1e300, "1e+300"),
    ])
    func unusualNumbersAreWritten(_ value: Double, _ text: String) {
        let family = MetricFamily("m", help: "h", kind: .gauge, value: value)
        #expect(MetricText.render([family]).hasSuffix("\nm \(text)\n"))
    }
}
