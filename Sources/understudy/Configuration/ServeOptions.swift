import ArgumentParser
import AssistantsAPI
import AssistantsStore
import BuildInformation
import Foundation
import IPAddresses
import Logging
import UnderstudyServer

/// What `serve` was told, checked.
struct ServeOptions {
    static let address = ListenAddress(host: "127.0.0.1", port: 8080)
    static let databaseConnections = 8
    static let logLevel = Logger.Level.info

    /// Where the API is served.
    let address: ListenAddress
    /// Where metrics are served; `nil` for nowhere.
    let metricsAddress: ListenAddress?
    /// All but the model and what becomes of turns and callbacks.
    let server: ServerOptions
    /// Beside those for pages.
    let databaseConnections: Int
    /// Threads, or connections to PostgreSQL, that read for lists with a filter.
    let searchThreads: Int
    /// The workers of Citus that pages are read from; empty where they are read from the database itself.
    let readDatabases: [PostgresDatabase]
    /// `nil` where the server speaks plain HTTP.
    let certificate: CertificateFiles?
    let logLevel: Logger.Level
    let logFormat: OutputFormat

    init(_ settings: Settings) throws {
        address = try Self.address(settings)
        var server = ServerOptions()
        server.api.publicURL = try settings.value(
            .publicURL,
            allowed: "an http or https URL without query, like https://transcripts.example.com",
            PublicURL.init
        )
        server.api.trustedProxies =
            try settings.value(
                .trustedProxies,
                allowed: "addresses or networks, with commas between them, like 127.0.0.1,10.0.0.0/8"
            ) { text in
                let parts = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
                let networks = parts.compactMap { IPNetwork($0) }
                return networks.count == parts.count ? TrustedProxies(networks) : nil
            } ?? TrustedProxies()
        databaseConnections = try settings.integer(.databaseConnections, in: 1...1_000) ?? Self.databaseConnections
        readDatabases =
            try settings.value(
                .databaseReadURLs,
                allowed: "URLs with spaces between them, each \(PostgresDatabase.form)"
            ) { text in
                let parts = text.split(separator: " ")
                let databases = parts.compactMap { PostgresDatabase(String($0)) }
                return databases.count == parts.count && !databases.isEmpty ? databases : nil
            } ?? []
        if !readDatabases.isEmpty, try settings.postgresDatabase() == nil {
            throw UsageError("--database-read-urls needs --database-url, which names the cluster's coordinator.")
        }
        searchThreads = try settings.integer(.searchThreads, in: 1...1_000) ?? ScanBudget.threadCount
        server.api.maximumScans = APIOptions.scansPerThread * searchThreads
        if let size = try settings.integer(.pageCache, in: 0...1_048_576) {
            server.api.pageCacheSize = size << 20
        }
        server.commit = BuildInformation.commit
        server.api.version = BuildInformation.version
        server.api.hasAccessLog = try settings.flag(.accessLog)
        server.api.isCompressing =
            try settings.value(.compression, allowed: "gzip or none") { ["gzip": true, "none": false][$0] }
            ?? server.api.isCompressing
        server.maximumConnections = try Self.maximumConnections(
            configured: try settings.integer(.maximumConnections, in: 1...1_000_000),
            standard: server.maximumConnections
        )
        server.api.maximumRequests =
            try settings.integer(.maximumRequests, in: 1...1_000_000) ?? server.api.maximumRequests
        if let size = try settings.integer(.maximumBodyMemory, in: 1...1_048_576) {
            server.api.bodyMemory = size << 20
        }
        server.api.requestRate = try settings.integer(.maximumRequestRate, in: 1...1_000_000)
        if let seconds = try settings.integer(.shutdownDelay, in: 0...300) {
            server.shutdownDelay = .seconds(seconds)
        }
        let (chain, key) = (settings.text(.tlsCertificate), settings.text(.tlsKey))
        guard (chain == nil) == (key == nil) else {
            throw UsageError("--tls-certificate and --tls-key go together: give both or none.")
        }
        certificate = chain.flatMap { chain in key.map { CertificateFiles(chain: chain, key: $0) } }
        metricsAddress = try settings.value(
            .metricsAddress,
            allowed: "a host and a port, like 127.0.0.1:9464 or [::1]:9464; 0.0.0.0:9464 listens on all addresses",
            ListenAddress.init
        )
        if let metricsAddress, address.port != 0, metricsAddress.overlaps(address) {
            throw UsageError("--port and --metrics-address name the same port. Choose another port for one of them.")
        }
        self.server = server
        logFormat =
            try settings.value(.logFormat, allowed: "text or json", OutputFormat.init(rawValue:)) ?? .text
        let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        logLevel =
            try settings.value(.logLevel, allowed: "one of \(levels)", Logger.Level.init(rawValue:)) ?? Self.logLevel
    }

    static func address(_ settings: Settings) throws -> ListenAddress {
        ListenAddress(
            host: try settings.value(
                .host,
                allowed: "a name or an address without a port, like 127.0.0.1; 0.0.0.0 listens on all addresses",
                ListenAddress.host
            ) ?? address.host,
            port: try settings.integer(.port, in: 0...65_535) ?? address.port
        )
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
