// swift-tools-version:6.0
import PackageDescription

// `cargo xtask bindings --lang swift` writes Sources/YuandianCore and Sources/YuandianCoreFFI; neither is committed.
// On Apple platforms the system library becomes a binary target over an XCFramework.
let package = Package(
    name: "YuandianCore",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [.library(name: "YuandianCore", targets: ["YuandianCore"])],
    targets: [
        .systemLibrary(name: "YuandianCoreFFI"),
        .target(
            name: "YuandianCore", dependencies: ["YuandianCoreFFI"],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .testTarget(
            name: "YuandianCoreTests", dependencies: ["YuandianCore"],
            swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
