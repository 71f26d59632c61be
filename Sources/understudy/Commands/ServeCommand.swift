import ArgumentParser
import AssistantsAPI
import AssistantsStore
import Foundation
import Hummingbird
import Logging
import NIOCertificateReloading
import NIOCore
import NIOSSL
import PrometheusMetrics
import Replies
import SQLiteStore
import ServiceLifecycle
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the server.",
        discussion: """
            A data directory without an account gets one: with UNDERSTUDY_ACCOUNT_SID and UNDERSTUDY_AUTH_TOKEN where \
            they are set, else with fresh credentials, which are printed if standard output is a terminal, and else \
            written to the file initial-credentials in the directory.

            Example:
              understudy serve --data-directory data --port 8080 --public-url https://transcripts.example.com
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("The address to listen on.", discussion: "The default is 127.0.0.1."))
    var host: String?

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one.", discussion: "The default is 8080."))
    var port: Int?

    @Option(
        help: ArgumentHelp(
            "A file of PEM with the server's certificate and those behind it: the server then speaks HTTPS.",
            discussion: "It is read again when it has changed. The default is plain HTTP.",
            valueName: "file"
        )
    )
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("A file of PEM with the certificate's key.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "What the URLs in answers begin with.",
            discussion: "The default is the address that the client used.",
            valueName: "url"
        )
    )
    var publicURL: String?

    @Option(
        help: ArgumentHelp(
            "Proxies whose X-Forwarded-Proto and X-Forwarded-Host are believed: addresses or networks, with commas.",
            discussion: "The default is none. Example: 127.0.0.1,10.0.0.0/8",
            valueName: "addresses"
        )
    )
    var trustedProxies: String?

    @Option(
        help: ArgumentHelp(
            "Where GET /metrics is answered, in Prometheus' form and to anyone who asks.",
            discussion: "The default is nowhere. Example: 127.0.0.1:9464",
            valueName: "host:port"
        )
    )
    var metricsAddress: String?

    @Option(
        help: ArgumentHelp(
            "How much is logged: trace, debug, info, notice, warning, error or critical.",
            discussion: "The default is info.",
            valueName: "level"
        )
    )
    var logLevel: String?

    @Option(
        help: ArgumentHelp(
            "What the log's lines are: text, or json, one object a line.",
            discussion: "The default is text.",
            valueName: "format"
        )
    )
    var logFormat: String?

    @Option(
        help: ArgumentHelp(
            "How many connections to a PostgreSQL database there are at most, beside one for each processor and one more.",
            discussion: "The default is 8.",
            valueName: "count"
        )
    )
    var databaseConnections: Int?

    @Option(
        help: ArgumentHelp(
            "How much memory pages may take that are kept for who asks again, in MiB; 0 keeps none.",
            discussion: "The default is 80.",
            valueName: "size"
        )
    )
    var pageCache: Int?

    @Option(
        help: ArgumentHelp(
            "How answers are compressed for clients that take that, as the official SDKs do: gzip or none.",
            discussion: "The default is gzip.",
            valueName: "coding"
        )
    )
    var compression: String?

    @Option(
        help: ArgumentHelp(
            "How many connections of clients there may be at once; further ones wait.",
            discussion: "The default is 10000, or what the system's limit of open files has room for.",
            valueName: "count"
        )
    )
    var maxConnections: Int?

    @Option(
        help: ArgumentHelp(
            "How many requests are worked on at once, and how many callers may wait for replies; further ones get 429.",
            discussion: "The default is 1000.",
            valueName: "count"
        )
    )
    var maxRequests: Int?

    @Option(
        help: ArgumentHelp(
            "Maximum memory for request bodies that are still arriving, in MiB; beyond it, the slowest are refused.",
            discussion: "The default is 64.",
            valueName: "size"
        )
    )
    var maxBodyMemory: Int?

    @Option(
        help: ArgumentHelp(
            "How many requests an account may make in a second; further ones get 429.",
            discussion: "The default is as many as it likes.",
            valueName: "count"
        )
    )
    var maxRequestRate: Int?

    @Option(
        help: ArgumentHelp(
            "How long a server that was told to stop goes on while /ready says so, for those who ask it.",
            discussion: "The default is 3; nobody waits where /ready has not been asked for a minute.",
            valueName: "seconds"
        )
    )
    var shutdownDelay: Int?

    @OptionGroup var replies: ReplyArguments

    func run() async throws {
        let settings = try await Settings(
            common,
            texts: [
                "host": host, "public-url": publicURL, "trusted-proxies": trustedProxies, "log-level": logLevel,
                "log-format": logFormat, "compression": compression,
                "metrics-address": metricsAddress,
                "tls-certificate": tlsCertificate, "tls-key": tlsKey,
            ].merging(replies.texts) { $1 },
            integers: [
                "port": port, "database-connections": databaseConnections, "page-cache": pageCache,
                "max-connections": maxConnections, "max-requests": maxRequests, "max-body-memory": maxBodyMemory,
                "max-request-rate": maxRequestRate,
                "shutdown-delay": shutdownDelay,
            ].merging(replies.integers) { $1 },
            flags: replies.flags
        )
        let options = try await ServeOptions(settings)
        let log = LogQueue.standardError
        defer { log.flush() }
        CrashHandler.install()
        switch options.logFormat {
        case .text: LoggingSystem.bootstrap { StreamLogHandler(label: $0, stream: log) }
        case .json: LoggingSystem.bootstrap { _ in JSONLogHandler(stream: log) }
        }
        var logger = Logger(label: "understudy")
        logger.logLevel = options.logLevel
        let certificates = try options.certificate?.reloader(logger: logger)
        let replies = try await ReplyOptions(settings, maximumCallers: options.maximumRequests, logger: logger)

        let directory = try await settings.dataDirectory()
        try directory.create()
        let metrics = MetricsRegistry()
        metrics.addProcess()
        metrics.counter(
            "understudy_log_lines_dropped_total",
            "Log lines dropped because standard error was blocked or too slow."
        ) {
            Double(log.dropped)
        }
        let warn: (String) -> Void = { [logger] in logger.warning("\($0)") }
        let store: any Store
        var services: [any Service] = []
        var lock: FileLock?
        defer { lock?.release() }
        switch try await settings.storeLocation() {
        case .postgres(let database):
            // Several servers may use it, and it is migrated by nobody but the operator.
            let postgres = try await database.openStore(connections: options.databaseConnections, metrics: metrics)
            store = postgres
            services.append(postgres)
            directory.keepPrivate(warn: warn)
        case .directory(let directory):
            let taken = try directory.lockForServing()
            lock = taken
            let sqlite = try directory.openStore(under: taken, metrics: metrics, warn: warn)
            store = sqlite
            do {
                try await sqlite.takeOver()
            } catch {
                logger.error("cannot take over the previous server's replies and webhooks at once: \(error)")
            }
            services.append(LogTruncation(store: sqlite, logger: logger))
        }
        try await FirstAccount(directory: directory, settings: settings, logger: logger).createIfNeeded(in: store)

        let configuredKey = try await settings.sealingKey()
        let sealingKey = Result { try directory.sealingKey(configured: configuredKey, mayCreate: false) }
        if case .failure(let error) = sealingKey {
            logger.error("what needs the sealing key will fail, the rest goes on: \(error)")
        }
        let callbacks = CallbackSender(
            store: store,
            sealingKey: sealingKey,
            options: replies.callbacks,
            logger: logger
        )
        let turns = TurnRunner(
            store: store,
            model: replies.model,
            callbacks: callbacks,
            options: replies.turns,
            logger: logger,
            answer: SendRepresentation.answer
        )
        let (listener, readiness) = (Listener(), Readiness())
        var application = try Application(
            responder: AssistantsResponder(
                store: store,
                pageTokenKey: try await store.pageTokenKey(),
                sealingKey: sealingKey,
                model: replies.model,
                turns: turns,
                callbacks: callbacks,
                readiness: readiness,
                publicURL: options.publicURL,
                isTLS: certificates != nil,
                trustedProxies: options.trustedProxies,
                pageCacheSize: options.pageCacheSize,
                isCompressing: options.isCompressing,
                maximumRequests: options.maximumRequests,
                bodyMemory: options.bodyMemory,
                requestRate: options.requestRate,
                metrics: metrics,
                logger: logger
            ),
            host: options.host,
            port: options.port,
            maximumConnections: options.maximumConnections,
            tls: try certificates.map(TLSConfiguration.server),
            listener: listener,
            logger: logger,
            onListening: { address in
                // Not `print`, which keeps a line for itself where standard output is a pipe.
                FileHandle.standardOutput.write(
                    Data("Understudy listens on \(address.url(isTLS: options.certificate != nil))\n".utf8)
                )
            }
        )
        // They are stopped in the opposite order.
        services += [Housekeeping(store: store, logger: logger), callbacks, turns]
        if let certificates { services.append(certificates) }
        if let address = options.metricsAddress {
            services.append(
                MetricsServer.application(at: address, registry: metrics, listener: listener, logger: logger)
            )
        }
        application.addServices(services)
        let stop = GracefulShutdown(
            listener: listener,
            readiness: readiness,
            turns: turns,
            delay: options.shutdownDelay,
            logger: logger
        )
        var configuration = ServiceGroupConfiguration(
            services: [application, stop],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = stop.limit
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            let other = options.metricsAddress.map { ", or \($0.port) of \($0.host)," } ?? ""
            throw CommandError(
                "Port \(options.port) of \(options.host)\(other) is taken by another program; name another --port"
            )
        } catch let error as IOError {
            throw CommandError("The server cannot listen on \(options.host), port \(options.port): \(error)")
        }
    }
}

extension TLSConfiguration {
    fileprivate static func server(_ certificates: TimedCertificateReloader) throws -> TLSConfiguration {
        var configuration = try makeServerConfiguration(certificateReloader: certificates)
        configuration.minimumTLSVersion = .tlsv12
        return configuration
    }
}

extension SocketAddress {
    fileprivate func url(isTLS: Bool) -> String {
        let host = ipAddress ?? "localhost"
        return "\(isTLS ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port ?? 80)"
    }
}
