// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "understudy",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "understudy", targets: ["understudy"])
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        .executableTarget(
            name: "understudy",
            dependencies: [
                "AssistantsAPI",
                "AssistantsStore",
                "BuildInformation",
                "CEmptyICUData",
                "CRenaming",
                "HTTPTransport",
                "IPAddresses",
                "PrometheusMetrics",
                "PostgresStore",
                "Replies",
                "SQLiteStore",
                "Secrets",
                "StoreCopy",
                "Suggestions",
                "TranscriptExport",
                "TranscriptImport",
                "UnderstudyServer",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCertificateReloading", package: "swift-nio-extras"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .target(
            name: "UnderstudyServer",
            dependencies: [
                "AssistantsAPI",
                "AssistantsStore",
                "HTTPTransport",
                "PrometheusMetrics",
                "Replies",
                "Secrets",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCertificateReloading", package: "swift-nio-extras"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .target(
            name: "HTTPTransport",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .target(
            name: "AssistantsAPI",
            dependencies: [
                "AssistantsStore",
                "CLibdeflate",
                "Digests",
                "HTTPTransport",
                "IPAddresses",
                "PrometheusMetrics",
                "Replies",
                "Secrets",
                "Suggestions",
                "TextEncodings",
                "TextSearch",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            resources: [.embedInCode("OpenAPI/openapi.json")]
        ),
        .target(
            name: "Replies",
            dependencies: [
                "AssistantsStore",
                "IPAddresses",
                "PrometheusMetrics",
                "Secrets",
                "TextEncodings",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .target(name: "Secrets", dependencies: ["TextEncodings", .product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "Digests", dependencies: [.product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "BuildInformation", dependencies: ["CBuildCommit"]),
        .target(
            name: "CBuildCommit",
            cSettings: [.define("BUILD_COMMIT", to: "\"\(Context.environment["DEV_COMMIT"] ?? "")\"")]
        ),
        .target(name: "CEmptyICUData"),
        .target(name: "CRenaming"),
        .target(name: "IPAddresses"),
        .target(name: "PrometheusMetrics"),
        .target(name: "AssistantsStore", dependencies: ["TextEncodings", "TextSearch"]),
        .target(name: "Suggestions"),
        .target(name: "TextEncodings"),
        .target(name: "TextSearch"),
        .target(
            name: "SQLiteStore",
            dependencies: [
                "AssistantsStore",
                "CLibdeflate",
                "PrometheusMetrics",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        .systemLibrary(name: "CLibdeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(
            name: "PostgresStore",
            dependencies: [
                "AssistantsStore",
                "CLibpq",
                "Digests",
                "PrometheusMetrics",
                "TextEncodings",
                "TextSearch",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .target(
            name: "TranscriptImport",
            dependencies: [
                "AssistantsAPI",
                "AssistantsStore",
                "Digests",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        .target(
            name: "TranscriptExport",
            dependencies: [
                "AssistantsAPI",
                "AssistantsStore",
                "TextEncodings",
                "TranscriptImport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        .target(
            name: "StoreCopy",
            dependencies: ["AssistantsStore", "Digests", .product(name: "Crypto", package: "swift-crypto")]
        ),
        .target(name: "StoreConformance", dependencies: ["AssistantsStore", "TestSupport", "TextSearch"]),
        .target(
            name: "TestSupport",
            dependencies: [
                "CLibpq",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .testTarget(name: "TextSearchTests", dependencies: ["TestSupport", "TextSearch"]),
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
        .testTarget(
            name: "PostgresStoreTests",
            dependencies: ["AssistantsStore", "CLibpq", "PostgresStore", "StoreConformance", "TestSupport"]
        ),
        .testTarget(
            name: "StoreCopyTests",
            dependencies: [
                "AssistantsStore", "PostgresStore", "SQLiteStore", "StoreConformance", "StoreCopy", "TestSupport",
            ]
        ),
        .testTarget(
            name: "AssistantsAPITests",
            dependencies: [
                "AssistantsAPI",
                "AssistantsStore",
                "HTTPTransport",
                "Replies",
                "SQLiteStore",
                "Secrets",
                "TestSupport",
                "TextEncodings",
                "TextSearch",
                "UnderstudyServer",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            exclude: ["Golden", "Fuzzing/Fuzzer.swift"]
        ),
        .testTarget(
            name: "HTTPTransportTests",
            dependencies: [
                "HTTPTransport",
                "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            exclude: ["Fuzzing/Fuzzer.swift", "Fuzzing/http.dict"]
        ),
        .testTarget(
            name: "RepliesTests",
            dependencies: [
                "AssistantsStore",
                "HTTPTransport",
                "IPAddresses",
                "PrometheusMetrics",
                "Replies",
                "SQLiteStore",
                "Secrets",
                "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "TranscriptExportTests",
            dependencies: [
                "AssistantsStore", "PostgresStore", "SQLiteStore", "TestSupport", "TranscriptExport",
                "TranscriptImport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "TranscriptImportTests",
            dependencies: ["AssistantsStore", "SQLiteStore", "TestSupport", "TranscriptImport"]
        ),
    ],
    swiftLanguageModes: [.v6]
)

// scripts/fuzz.sh sets the variable: then what reads input is built for libFuzzer, and its part of the tests is a program.
let isFuzzed = Context.environment["DEV_FUZZ"] == "1"

if isFuzzed {
    package.targets.removeAll { $0.type == .test }
    package.targets += [
        .target(name: "FuzzDriver", path: "Tests/FuzzDriver"),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "AssistantsAPI", "AssistantsStore", "FuzzDriver", "Replies", "Secrets", "TextEncodings", "TextSearch",
            ],
            path: "Tests/AssistantsAPITests/Fuzzing",
            exclude: ["FuzzingTests.swift"],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]
        ),
        .executableTarget(
            name: "FuzzConnection",
            dependencies: [
                "FuzzDriver",
                "HTTPTransport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            path: "Tests/HTTPTransportTests/Fuzzing",
            exclude: ["FuzzedConnectionTests.swift", "http.dict"],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]
        ),
    ]
}

// CI sets the variable; a newer compiler's new warnings must not stop somebody's build.
let warningsAreErrors = Context.environment["DEV_WARNINGS_AS_ERRORS"] == "1"

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .enableExperimentalFeature("Lifetimes"),
    ]
    if isFuzzed,
        ["AssistantsAPI", "AssistantsStore", "HTTPTransport", "TextEncodings"].contains(target.name)
            || target.name.hasPrefix("Fuzz")
    {
        target.swiftSettings?.append(.unsafeFlags(["-sanitize=fuzzer", "-parse-as-library"]))
    }
    if warningsAreErrors {
        target.swiftSettings?.append(.treatAllWarnings(as: .error))
    }
}
