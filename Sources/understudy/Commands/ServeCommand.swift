import ArgumentParser
import AssistantsStore
import Foundation
import Logging
import NIOCore
import PrometheusMetrics
import SQLiteStore
import ServiceLifecycle
import UnderstudyServer

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

    @OptionGroup var arguments: ServeArguments

    @OptionGroup var replies: ReplyArguments

    func run() async throws {
        let settings = try await Settings(
            common,
            texts: arguments.texts.merging(replies.texts) { $1 },
            integers: arguments.integers.merging(replies.integers) { $1 },
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
        var serverOptions = options.server
        try await serverOptions.readReplies(from: settings, logger: logger)

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
            let postgres = try await database.openStore(
                readingFrom: options.readDatabases,
                connections: options.databaseConnections,
                metrics: metrics
            )
            store = postgres
            services.append(postgres)
            directory.keepPrivate(warn: warn)
        case .directory(let directory):
            guard options.readDatabases.isEmpty else {
                throw ValidationError(
                    "--database-read-urls needs --database-url, which names the cluster's coordinator"
                )
            }
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
        let server = Server(
            store: store,
            storeServices: services,
            pageTokenKey: try await store.pageTokenKey(),
            sealingKey: sealingKey,
            certificates: certificates,
            options: serverOptions,
            metrics: metrics,
            logger: logger
        )
        do {
            try await server.run(
                // Not `print`, which keeps a line for itself where standard output is a pipe.
                onListening: { FileHandle.standardOutput.write(Data("Understudy listens on \($0)\n".utf8)) },
                endProcess: {
                    log.flush()
                    _exit(1)
                }
            )
        } catch let error as IOError {
            throw Self.error(error, listeningWith: serverOptions)
        }
    }

    private static func error(_ error: IOError, listeningWith options: ServerOptions) -> CommandError {
        guard error.errnoCode == EADDRINUSE else {
            return CommandError("The server cannot listen on \(options.host), port \(options.port): \(error)")
        }
        let other = options.metricsAddress.map { ", or \($0.port) of \($0.host)," } ?? ""
        return CommandError(
            "Port \(options.port) of \(options.host)\(other) is taken by another program; name another --port"
        )
    }
}
