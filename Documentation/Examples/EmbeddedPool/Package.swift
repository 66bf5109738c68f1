// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "EmbeddedPool",
    dependencies: [.package(name: "gatehouse", path: "../../..")],
    targets: [
        .executableTarget(name: "EmbeddedPool", dependencies: [.product(name: "Gatehouse", package: "gatehouse")])
    ]
)
