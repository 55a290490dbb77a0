// swift-tools-version: 6.2
// The fuzzer: the server's own sources, by link, built for libFuzzer with the address sanitizer, or
// plainly for counting packets. It needs no other package; `run` builds and starts it.
import PackageDescription

/// Whether to build for libFuzzer, which brings its own `main`.
let isFuzzer = Context.environment["STERNA_FUZZER"] != nil

/// What the entries call.
let parsers: [Target.Dependency] = [
    "Answering", "Compiling", "Control", "DNSWire", "Geography", "Handover", "Health",
    "LocationFiles", "MasterFile", "Monitors", "Resolving", "Serving", "Steering",
    "TestSupport", "Transport", "Zones",
]

let package = Package(
    name: "sterna-fuzz",
    targets: [
        .target(name: "CSterna"),
        .target(name: "DNSWire"),
        .target(name: "Health"),
        .target(name: "Serving", dependencies: ["CSterna", "DNSWire", "Health"]),
        .target(name: "Zones", dependencies: ["DNSWire", "Health"]),
        .target(name: "Steering", dependencies: ["DNSWire", "Health", "Serving"]),
        .target(name: "Answering", dependencies: ["DNSWire", "Health", "Serving", "Steering"]),
        .target(name: "Geography", dependencies: ["DNSWire", "Serving"]),
        .target(
            name: "Compiling",
            dependencies: ["DNSWire", "Geography", "Health", "Serving", "Steering", "Zones"]),
        .systemLibrary(name: "CLDNS", pkgConfig: "ldns"),
        .target(name: "MasterFile", dependencies: ["CLDNS", "DNSWire", "Zones"]),
        .systemLibrary(name: "CMaxMindDB", pkgConfig: "libmaxminddb"),
        .target(
            name: "LocationFiles", dependencies: ["CMaxMindDB", "DNSWire", "Geography", "Zones"]),
        .target(
            name: "Transport",
            dependencies: ["Answering", "CSterna", "DNSWire", "Health", "Serving", "Steering"]),
        .target(name: "Handover", dependencies: ["CSterna"]),
        // Single files of these: their parsers, without the services around them.
        .target(name: "Monitors", dependencies: ["Health"]),
        .target(name: "Control", dependencies: ["Health"]),
        .target(name: "Resolving", dependencies: ["DNSWire"]),
        .target(
            name: "TestSupport",
            dependencies: [
                "Compiling", "DNSWire", "Geography", "Health", "Serving", "Steering", "Zones",
            ]),
        .executableTarget(name: isFuzzer ? "fuzz" : "packets", dependencies: parsers),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system && target.name != "CSterna" {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    guard isFuzzer else { continue }
    target.swiftSettings?.append(
        .unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library", "-g"]))
    if target.type == .executable {
        target.linkerSettings = [.unsafeFlags(["-sanitize=fuzzer,address"])]
    }
}
