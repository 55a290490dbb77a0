// swift-tools-version: 6.2
// The first page of the architecture: the targets from bottom to top, each importing lower rows only.
import PackageDescription

let nio = "swift-nio"

/// Targets whose code runs for every query: no Foundation, no existentials, unsafe lines marked.
let perQuery: Set<String> = ["DNSWire", "Health", "Serving", "Steering", "Answering", "Transport"]

/// Targets in C.
let cTargets: Set<String> = ["CSterna", "CAllocationCounter"]

let package = Package(
    name: "sterna",
    products: [
        .executable(name: "sterna", targets: ["sterna"]),
        .executable(name: "sterna-answer", targets: ["sterna-answer"]),
    ],
    dependencies: [
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // base: words and bytes; they know nothing of each other
        .target(name: "CSterna"),
        .target(name: "DNSWire"),
        .target(name: "Health"),

        // shared memory: where the two planes meet
        .target(name: "Serving", dependencies: ["CSterna", "DNSWire", "Health"]),

        // rules: what a zone is, what a policy does
        .target(name: "Zones", dependencies: ["DNSWire", "Health"]),
        .target(name: "Steering", dependencies: ["DNSWire", "Health", "Serving"]),
        .target(name: "Geography", dependencies: ["DNSWire", "Serving"]),

        // answer: one pure function
        .target(name: "Answering", dependencies: ["DNSWire", "Health", "Serving", "Steering"]),

        // compile: zones and policies become the serving image; words about endpoints become verdicts
        .target(
            name: "Compiling",
            dependencies: ["DNSWire", "Geography", "Health", "Serving", "Steering", "Zones"]),
        .target(name: "Verdicts", dependencies: ["DNSWire", "Health"]),
        .target(name: "Holding", dependencies: ["DNSWire", "Health", "Serving", "Steering"]),

        // edge: files, sockets, clocks, and people who ask why
        .target(
            name: "Explaining",
            dependencies: [
                "Answering", "Compiling", "DNSWire", "Geography", "Health", "Serving", "Steering",
                "Verdicts", "Zones",
            ]),
        .systemLibrary(
            name: "CLDNS", pkgConfig: "ldns", providers: [.apt(["libldns-dev", "pkg-config"])]),
        .target(name: "MasterFile", dependencies: ["CLDNS", "DNSWire", "Zones"]),
        .systemLibrary(
            name: "CMaxMindDB", pkgConfig: "libmaxminddb",
            providers: [.apt(["libmaxminddb-dev", "pkg-config"])]),
        .target(
            name: "LocationFiles", dependencies: ["CMaxMindDB", "DNSWire", "Geography", "Zones"]),
        .target(
            name: "Transport",
            dependencies: ["Answering", "CSterna", "DNSWire", "Health", "Serving", "Steering"]),
        .target(name: "Handover", dependencies: ["CSterna"]),
        .target(
            name: "Monitors",
            dependencies: [
                "DNSWire", "Health", "Verdicts",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .target(
            name: "Resolving",
            dependencies: [
                "DNSWire",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .target(
            name: "Canary",
            dependencies: [
                "DNSWire",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .target(
            name: "Control",
            dependencies: [
                "DNSWire", "Health",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: nio),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),

        // wiring: configuration, the two programs
        .target(
            name: "Settings",
            dependencies: [
                "DNSWire", "Health", "Zones", .product(name: "Yams", package: "Yams"),
            ]),
        .target(
            name: "Importing",
            dependencies: ["DNSWire", "Health", "MasterFile", "Settings", "Zones"]),
        .executableTarget(
            name: "sterna-answer",
            dependencies: [
                "Answering", "CSterna", "DNSWire", "Handover", "Health", "Serving", "Steering",
                "Transport",
            ],
            linkerSettings: [.unsafeFlags(["-static-stdlib"])]),
        .executableTarget(
            name: "sterna",
            dependencies: [
                "CSterna", "Canary", "Compiling", "Control", "DNSWire", "Explaining", "Geography",
                "Handover", "Health", "Holding", "Importing", "LocationFiles", "MasterFile",
                "Monitors", "Resolving", "Serving", "Settings", "Steering", "Transport",
                "Verdicts", "Zones",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),

        // tests: one target for each target, and what they share
        .target(
            name: "TestSupport",
            dependencies: [
                "Compiling", "DNSWire", "Geography", "Health", "Serving", "Steering", "Zones",
            ],
            path: "Tests/TestSupport"),
        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        .testTarget(name: "DNSWireTests", dependencies: ["DNSWire", "TestSupport"]),
        .testTarget(name: "HealthTests", dependencies: ["Health"]),
        .testTarget(
            name: "ServingTests",
            dependencies: ["DNSWire", "Health", "Serving", "TestSupport", "Zones"]),
        .testTarget(
            name: "SteeringTests",
            dependencies: [
                "DNSWire", "Geography", "Health", "Serving", "Steering", "TestSupport", "Zones",
            ]),
        .testTarget(
            name: "GeographyTests",
            dependencies: ["CAllocationCounter", "DNSWire", "Geography", "Serving", "TestSupport"]),
        .testTarget(
            name: "LocationFilesTests",
            dependencies: [
                "DNSWire", "Geography", "LocationFiles", "Serving", "TestSupport", "Zones",
            ]),
        .testTarget(name: "ZonesTests", dependencies: ["DNSWire", "MasterFile", "Zones"]),
        .testTarget(
            name: "CompilingTests",
            dependencies: [
                "Compiling", "DNSWire", "Geography", "Health", "Serving", "Steering", "Zones",
            ]),
        .testTarget(
            name: "AnsweringTests",
            dependencies: [
                "Answering", "CAllocationCounter", "CLDNS", "Compiling", "DNSWire", "Geography",
                "Health", "MasterFile", "Serving", "Steering", "TestSupport", "Zones",
            ],
            exclude: ["Golden"]),
        .testTarget(
            name: "ExplainingTests",
            dependencies: [
                "Compiling", "DNSWire", "Explaining", "Geography", "Health", "Serving", "Steering",
                "TestSupport", "Verdicts", "Zones",
            ],
            exclude: ["Texts"]),
        .testTarget(name: "VerdictsTests", dependencies: ["DNSWire", "Health", "Verdicts"]),
        .testTarget(
            name: "HoldingTests",
            dependencies: [
                "Compiling", "DNSWire", "Health", "Holding", "Serving", "Steering", "TestSupport",
                "Zones",
            ]),
        .testTarget(
            name: "MasterFileTests", dependencies: ["CLDNS", "DNSWire", "MasterFile", "Zones"],
            exclude: ["Broken"]),
        .testTarget(name: "TransportTests", dependencies: ["CSterna", "DNSWire", "Transport"]),
        .testTarget(
            name: "MonitorsTests",
            dependencies: [
                "Canary", "DNSWire", "Health", "Monitors", "Verdicts",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOPosix", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .testTarget(
            name: "ResolvingTests",
            dependencies: [
                "DNSWire", "Resolving",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
            ]),
        .testTarget(
            name: "ControlTests",
            dependencies: [
                "Control", "DNSWire", "Health",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: nio),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .testTarget(
            name: "SettingsTests", dependencies: ["DNSWire", "Health", "Settings", "Zones"]),
        .testTarget(
            name: "ImportingTests",
            dependencies: [
                "Answering", "Compiling", "DNSWire", "Health", "Importing", "MasterFile", "Serving",
                "Settings", "Steering", "TestSupport", "Zones",
            ],
            exclude: ["Sources"]),
        .testTarget(name: "TidyTests"),
        // Starts the programs and asks them; needs nothing of their code.
        .testTarget(name: "EndToEndTests"),
        // The same behind real parents and resolvers, in a network namespace of its own.
        .testTarget(name: "DelegationTests", exclude: ["Site"]),
        // The same questions to NSD and Knot; every difference has a reason.
        .testTarget(name: "DifferentialTests", dependencies: ["CLDNS"], exclude: ["Zones"]),
        // Every parser of foreign bytes, fed with damaged ones; `Fuzz/` does so for hours.
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "Answering", "Compiling", "Control", "DNSWire", "Geography", "Handover", "Health",
                "LocationFiles", "MasterFile", "Monitors", "Resolving", "Serving", "Settings",
                "Steering", "TestSupport", "Transport", "Zones",
            ],
            exclude: ["Inputs"]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system && !cTargets.contains(target.name) {
    var settings: [SwiftSetting] = [
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    if perQuery.contains(target.name) { settings.append(.strictMemorySafety()) }
    target.swiftSettings = (target.swiftSettings ?? []) + settings
}
