// swift-tools-version: 6.2
// The benchmarks: a load generator of our own, other name servers beside Sterna, and their costs. It
// starts programs and asks them; of the server's own sources it has only the system calls. `run`
// builds and starts it.
import PackageDescription

let package = Package(
    name: "sterna-benchmarks",
    targets: [
        // The server's own, by link.
        .target(name: "CSterna"),
        // Questions, what their right answers are, and asking them fast.
        .target(name: "Load", dependencies: ["CSterna"]),
        // Figures, their table, and the baseline.
        .target(name: "Report"),
        // Servers, data, and what is measured.
        .executableTarget(name: "bench", dependencies: ["CSterna", "Load", "Report"]),
        .testTarget(name: "LoadTests", dependencies: ["Load"]),
        .testTarget(name: "ReportTests", dependencies: ["Report"]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.name != "CSterna" {
    target.swiftSettings = [
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
}
