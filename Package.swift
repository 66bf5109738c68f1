// swift-tools-version: 6.2
import PackageDescription

// One set of settings for every Swift target: language mode 6 brings strict concurrency, and every use of an
// unsafe construct has to be marked where it stands. `Lifetimes` lets safe types hand out a `Span` of themselves.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
    // An async function runs where its caller does: a call from a connection's task is no executor switch.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "gatehouse",
    products: [
        .library(name: "Gatehouse", targets: ["Gatehouse"]),
        .library(name: "GatehouseTestKit", targets: ["GatehouseTestKit"]),
        .executable(name: "gatehouse", targets: ["GatehouseCommand"]),
    ],
    targets: [
        // The pure bottom: nothing but the standard library.
        library("GatehouseWire"),
        library("GatehousePattern"),
        library("GatehousePolicy", ["GatehousePattern", "GatehouseWire"]),

        // What touches the system.
        .target(name: "CGatehouse"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        library("GatehouseTLS", ["COpenSSL", "CGatehouse", "GatehouseWire"]),
        library("GatehouseRuntime", ["CGatehouse", "GatehouseWire"]),
        library("GatehouseConfig", ["GatehouseWire", "GatehousePattern", "GatehousePolicy"]),

        // The proxy itself, and the program around it.
        library(
            "Gatehouse",
            ["GatehouseConfig", "GatehouseTLS", "GatehouseRuntime", "GatehousePolicy", "GatehousePattern", "GatehouseWire", "CGatehouse"]),
        .executableTarget(
            name: "GatehouseCommand", dependencies: ["Gatehouse", "GatehouseConfig", "GatehouseRuntime", "GatehouseTLS", "CGatehouse"],
            swiftSettings: settings),

        .executableTarget(
            name: "gatehouse-bench",
            dependencies: ["Gatehouse", "GatehousePattern", "GatehousePolicy", "GatehouseRuntime", "GatehouseWire"],
            path: "Benchmarks/Micro", swiftSettings: settings),
        .executableTarget(
            name: "gatehouse-fuzz", dependencies: ["GatehouseConfig", "GatehousePattern", "GatehouseWire"], path: "Benchmarks/Fuzzing",
            exclude: ["Corpus"], swiftSettings: settings),
        .target(name: "GatehouseTestKit", dependencies: ["GatehouseRuntime", "GatehouseWire"], swiftSettings: settings),
        // Built as an embedder would: what has `package` access is out of its sight, and of its tests'.
        .executableTarget(
            name: "EmbeddedPool", dependencies: ["Gatehouse"], path: "Documentation/Examples/EmbeddedPool/Sources/EmbeddedPool",
            packageAccess: false),
        .testTarget(
            name: "GatehouseEmbeddingTests", dependencies: ["Gatehouse", "GatehouseTestKit"], packageAccess: false, swiftSettings: settings),
        tests("GatehouseWireTests", ["GatehouseWire"]),
        tests("GatehousePatternTests", ["GatehousePattern"]),
        tests("GatehousePolicyTests", ["GatehousePolicy", "GatehousePattern", "GatehouseWire"]),
        tests("GatehouseTLSTests", ["GatehouseTLS", "GatehouseWire"]),
        tests("GatehouseRuntimeTests", ["GatehouseRuntime", "GatehouseTestKit", "GatehouseWire", "CGatehouse"]),
        tests("GatehouseConfigTests", ["GatehouseConfig"]),
        tests("GatehouseCommandTests", ["GatehouseCommand", "Gatehouse", "GatehouseConfig"]),
        tests("GatehouseFuzzingTests", ["gatehouse-fuzz"]),
        tests("GatehouseTestKitTests", ["GatehouseTestKit"]),
        tests(
            "GatehouseTests", ["Gatehouse", "GatehouseConfig", "GatehousePolicy", "GatehouseRuntime", "GatehouseTestKit", "GatehouseWire"]),
        tests("EndToEndTests", ["Gatehouse", "GatehouseConfig", "GatehousePolicy", "GatehouseRuntime", "GatehouseTLS", "GatehouseWire"]),
    ]
)
