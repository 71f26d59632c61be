import ArgumentParser
import AssistantsAPI
import IPAddresses
import Logging

/// What `serve` was told, checked.
struct ServeOptions {
    let host: String
    let port: Int
    let publicURL: PublicURL?
    let trustedProxies: TrustedProxies
    /// Beside those for pages.
    let databaseConnections: Int
    /// In bytes.
    let pageCacheSize: Int
    /// Whether clients that take compressed answers get them.
    let isCompressing: Bool
    let maximumConnections: Int
    let maximumRequests: Int
    /// In bytes: of request bodies that are being received.
    let bodyMemory: Int
    /// Of an account, per second; `nil` where it is not bounded.
    let requestRate: Int?
    let shutdownDelay: Duration
    /// `nil` where the server speaks plain HTTP.
    let certificate: CertificateFiles?
    /// Where figures are served; `nil` where they are not.
    let metricsAddress: ListenAddress?
    let logLevel: Logger.Level
    let logFormat: OutputFormat

    init(_ settings: Settings) async throws {
        host = try await settings.text("host") ?? "127.0.0.1"
        port = try await settings.integer("port", in: 0...65_535) ?? 8080
        publicURL = try await settings.value(
            "public-url",
            allowed: "an http or https URL without query, like https://transcripts.example.com",
            PublicURL.init
        )
        trustedProxies =
            try await settings.value(
                "trusted-proxies",
                allowed: "addresses or networks, with commas between them, like 127.0.0.1,10.0.0.0/8"
            ) { text in
                let parts = text.split(separator: ",", omittingEmptySubsequences: false)
                let networks = parts.compactMap { IPNetwork($0) }
                return networks.count == parts.count ? TrustedProxies(networks) : nil
            } ?? TrustedProxies()
        databaseConnections = try await settings.integer("database-connections", in: 1...1_000) ?? 8
        pageCacheSize = (try await settings.integer("page-cache", in: 0...1_048_576) ?? 80) << 20
        isCompressing =
            try await settings.value("compression", allowed: "gzip or none") { ["gzip": true, "none": false][$0] }
            ?? true
        maximumConnections = try Self.maximumConnections(
            configured: try await settings.integer("max-connections", in: 1...1_000_000)
        )
        maximumRequests = try await settings.integer("max-requests", in: 1...1_000_000) ?? 1_000
        bodyMemory = (try await settings.integer("max-body-memory", in: 1...1_048_576) ?? 64) << 20
        requestRate = try await settings.integer("max-request-rate", in: 1...1_000_000)
        shutdownDelay = .seconds(try await settings.integer("shutdown-delay", in: 0...300) ?? 3)
        let (chain, key) = (try await settings.text("tls-certificate"), try await settings.text("tls-key"))
        guard (chain == nil) == (key == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together: give both or none")
        }
        certificate = chain.flatMap { chain in key.map { CertificateFiles(chain: chain, key: $0) } }
        metricsAddress = try await settings.value(
            "metrics-address",
            allowed: "a host and a port, like 127.0.0.1:9464 or [::1]:9464",
            ListenAddress.init
        )
        logFormat =
            try await settings.value("log-format", allowed: "text or json", OutputFormat.init(rawValue:)) ?? .text
        let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        logLevel =
            try await settings.value("log-level", allowed: "one of \(levels)", Logger.Level.init(rawValue:)) ?? .info
    }

    private static func maximumConnections(configured: Int?) throws -> Int {
        let possible = FileDescriptors.connectionsAfterRaisingLimit()
        if let configured, configured > possible {
            throw CommandError(
                "The system lets this process have \(possible) connections, and --max-connections is \(configured): raise the limit of open files (ulimit -n)"
            )
        }
        guard possible > 0 else {
            throw CommandError(
                "The system lets this process have too few open files: raise their limit (ulimit -n) to 512"
            )
        }
        return configured ?? min(10_000, possible)
    }
}
