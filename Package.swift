// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "understudy",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "AssistantsStore"),
        .testTarget(name: "AssistantsStoreTests", dependencies: ["AssistantsStore"]),
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
