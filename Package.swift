// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "understudy",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .target(name: "AssistantsStore"),
        .target(
            name: "SQLiteStore",
            dependencies: [
                "AssistantsStore",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        .target(name: "StoreConformance", dependencies: ["AssistantsStore"]),
        .target(name: "TestSupport"),
        .testTarget(name: "AssistantsStoreTests", dependencies: ["AssistantsStore"]),
        .testTarget(
            name: "SQLiteStoreTests",
            dependencies: [
                "AssistantsStore",
                "SQLiteStore",
                "StoreConformance",
                "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

// CI sets the variable; a newer compiler's new warnings must not stop somebody's build.
let warningsAreErrors = Context.environment["UNDERSTUDY_WARNINGS_AS_ERRORS"] == "1"

for target in package.targets {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .enableExperimentalFeature("Lifetimes"),
    ]
    if warningsAreErrors {
        target.swiftSettings?.append(.treatAllWarnings(as: .error))
    }
}
