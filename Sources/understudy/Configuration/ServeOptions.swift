import ArgumentParser
import AssistantsAPI
import IPAddresses
import Logging
import UnderstudyServer

/// What `serve` was told, checked.
struct ServeOptions {
    /// All but the model and what becomes of turns and callbacks.
    let server: ServerOptions
    /// Beside those for pages.
    let databaseConnections: Int
    /// The workers of Citus that pages are read from; empty where they are read from the database itself.
    let readDatabases: [PostgresDatabase]
    /// `nil` where the server speaks plain HTTP.
    let certificate: CertificateFiles?
    let logLevel: Logger.Level
    let logFormat: OutputFormat

    init(_ settings: Settings) async throws {
        var server = ServerOptions()
        server.host = try await settings.text("host") ?? server.host
        server.port = try await settings.integer("port", in: 0...65_535) ?? server.port
        server.api.publicURL = try await settings.value(
            "public-url",
            allowed: "an http or https URL without query, like https://transcripts.example.com",
            PublicURL.init
        )
        server.api.trustedProxies =
            try await settings.value(
                "trusted-proxies",
                allowed: "addresses or networks, with commas between them, like 127.0.0.1,10.0.0.0/8"
            ) { text in
                let parts = text.split(separator: ",", omittingEmptySubsequences: false)
                let networks = parts.compactMap { IPNetwork($0) }
                return networks.count == parts.count ? TrustedProxies(networks) : nil
            } ?? TrustedProxies()
        databaseConnections = try await settings.integer("database-connections", in: 1...1_000) ?? 8
        readDatabases =
            try await settings.value(
                "database-read-urls",
                allowed: "URLs with spaces between them, each \(PostgresDatabase.form)"
            ) { text in
                let parts = text.split(separator: " ")
                let databases = parts.compactMap { PostgresDatabase(String($0)) }
                return databases.count == parts.count && !databases.isEmpty ? databases : nil
            } ?? []
        if let size = try await settings.integer("page-cache", in: 0...1_048_576) {
            server.api.pageCacheSize = size << 20
        }
        server.api.isCompressing =
            try await settings.value("compression", allowed: "gzip or none") { ["gzip": true, "none": false][$0] }
            ?? server.api.isCompressing
        server.maximumConnections = try Self.maximumConnections(
            configured: try await settings.integer("max-connections", in: 1...1_000_000),
            standard: server.maximumConnections
        )
        server.api.maximumRequests =
            try await settings.integer("max-requests", in: 1...1_000_000) ?? server.api.maximumRequests
        if let size = try await settings.integer("max-body-memory", in: 1...1_048_576) {
            server.api.bodyMemory = size << 20
        }
        server.api.requestRate = try await settings.integer("max-request-rate", in: 1...1_000_000)
        if let seconds = try await settings.integer("shutdown-delay", in: 0...300) {
            server.shutdownDelay = .seconds(seconds)
        }
        let (chain, key) = (try await settings.text("tls-certificate"), try await settings.text("tls-key"))
        guard (chain == nil) == (key == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together: give both or none")
        }
        certificate = chain.flatMap { chain in key.map { CertificateFiles(chain: chain, key: $0) } }
        server.metricsAddress = try await settings.value(
            "metrics-address",
            allowed: "a host and a port, like 127.0.0.1:9464 or [::1]:9464",
            ListenAddress.init
        )
        self.server = server
        logFormat =
            try await settings.value("log-format", allowed: "text or json", OutputFormat.init(rawValue:)) ?? .text
        let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        logLevel =
            try await settings.value("log-level", allowed: "one of \(levels)", Logger.Level.init(rawValue:)) ?? .info
    }

    private static func maximumConnections(configured: Int?, standard: Int) throws -> Int {
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
        return configured ?? min(standard, possible)
    }
}
