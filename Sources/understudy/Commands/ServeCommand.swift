import ArgumentParser
import AssistantsStore
import BuildInformation
import Foundation
import HTTPTransport
import Logging
import PrometheusMetrics
import Replies
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
        let settings = Result { try Settings(common, arguments.given.merging(replies.given) { $1 }) }
        let log = LogQueue.standardError
        defer { log.flush() }
        CrashHandler.install()
        let format = format(by: try? settings.get())
        LineLogHandler.bootstrap(format, to: log)
        var logger = Logger(label: LineLogHandler.label)
        do {
            let settings = try settings.get()
            let options = try ServeOptions(settings)
            logger.logLevel = options.logLevel
            try await serve(settings, options, log, logger)
        } catch {
            guard format == .json else { throw error }
            // Whatever collects the log as JSON gets nothing else.
            logger.critical("Cannot serve: \(error)")
            throw error is UsageError ? ExitCode.validationFailure : ExitCode.failure
        }
    }

    /// Whether the command line of `serve`, which may be wrong, or the environment asks for a log in JSON.
    /// - Parameter arguments: with the program's name.
    static func logsJSON(_ arguments: [String]) -> Bool {
        guard arguments.dropFirst().first == configuration.commandName else { return false }
        let option = "--\(Setting.logFormat.rawValue)"
        let given = zip(arguments, arguments.dropFirst() + [""]).compactMap { argument, next in
            argument == option
                ? next : argument.hasPrefix("\(option)=") ? String(argument.dropFirst(option.count + 1)) : nil
        }
        return (given.last ?? ProcessInfo.processInfo.environment[Setting.logFormat.variable])
            == OutputFormat.json.rawValue
    }

    /// Logs in JSON that the command line cannot be read; there is no log before that.
    static func logFailure(_ reason: String) {
        LineLogHandler.bootstrap(.json, to: .standardError)
        Logger(label: LineLogHandler.label).critical("Cannot serve: \(reason)")
        LogQueue.standardError.flush()
    }

    /// How errors are reported, including those of the settings.
    private func format(by settings: Settings?) -> OutputFormat {
        let text = settings == nil ? logFormatDespiteErrors() : settings?.text(.logFormat)
        return text.flatMap(OutputFormat.init(rawValue:)) ?? .text
    }

    /// The setting as `Settings` would have it if others were not wrong.
    private func logFormatDespiteErrors() -> String? {
        func variable(_ setting: Setting) -> String? {
            ProcessInfo.processInfo.environment[setting.variable].flatMap { $0.isEmpty ? nil : $0 }
        }
        let path = common.configFile ?? variable(.configFile)
        return arguments.logFormat ?? variable(.logFormat) ?? path.flatMap { SettingsFile(path: $0).text(.logFormat) }
    }

    private func serve(_ settings: Settings, _ options: ServeOptions, _ log: LogQueue, _ logger: Logger) async throws {
        let certificates = try options.certificate?.reloader(logger: logger)
        var serverOptions = options.server
        try serverOptions.readReplies(from: settings, logger: logger)
        let location = try settings.storeLocation()
        let directory = try settings.dataDirectory()
        let firstAccount = try FirstAccount(settings)
        let configuredKey = try settings.sealingKey()
        // Before any data is touched: a server that cannot listen leaves no database and no account.
        let socket = try options.address.bind(option: .host)
        let metricsSocket = try options.metricsAddress?.bind(option: .metricsAddress)

        let metrics = MetricsRegistry()
        metrics.addProcess()
        metrics.counter(
            "understudy_log_lines_dropped_total",
            "Log lines dropped because standard error was blocked or too slow."
        ) {
            Double(log.dropped)
        }
        let (store, services, lock) = try await openStore(location, settings, options, metrics, logger)
        defer { lock?.release() }
        try await firstAccount.createIfNeeded(in: store, directory, mayPrint: options.logFormat == .text, logger)

        let sealingKey = Result { try directory.sealingKey(configured: configuredKey, mayCreate: false) }
        if case .failure(let error) = sealingKey {
            logger.error("Requests that need the encryption key will fail: \(error)")
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
        let model = serverOptions.model.name
        try await server.run(
            on: socket,
            metricsSocket: metricsSocket,
            onListening: { url in
                logger.info(
                    "Started",
                    metadata: [
                        "version": "\(BuildInformation.text)", "store": "\(location)", "address": "\(url)",
                        "tls": .stringConvertible(certificates != nil), "model": "\(model.isEmpty ? "none" : model)",
                    ]
                )
                let line =
                    switch options.logFormat {
                    case .text: "Understudy listens on \(url)\n"
                    case .json: #"{"url":"\#(url)"}\#n"#
                    }
                // Not `print`, which keeps a line for itself if standard output is a pipe.
                FileHandle.standardOutput.write(Data(line.utf8))
            },
            endProcess: {
                log.flush()
                _exit(1)
            }
        )
    }

    /// Opens the store, and locks the data directory if it is in one.
    /// - Returns: the store, the services that it needs, and the lock.
    private func openStore(
        _ location: StoreLocation,
        _ settings: Settings,
        _ options: ServeOptions,
        _ metrics: MetricsRegistry,
        _ logger: Logger
    ) async throws -> (any Store, [any Service], FileLock?) {
        let warn: (String) -> Void = { [logger] in logger.warning("\($0)") }
        let mustExist = try settings.flag(.existing)
        switch location {
        case .postgres(let database):
            // Several servers may use it, and only the operator migrates it.
            let store = try await database.openStore(
                readingFrom: options.readDatabases,
                connections: options.databaseConnections,
                searchConnections: options.searchThreads,
                metrics: metrics
            )
            let directory = try settings.dataDirectory()
            if !mustExist { try directory.create() }
            directory.keepPrivate(warn: warn)
            return (store, [store], nil)
        case .directory(let directory):
            if mustExist { try directory.requireDatabase(isServing: true) } else { try directory.create() }
            let lock = try directory.lockForServing()
            let store = try directory.openStore(
                under: lock,
                searchThreads: options.searchThreads,
                metrics: metrics,
                warn: warn
            )
            do {
                try await store.takeOver()
            } catch {
                logger.error("Cannot resume the previous server's replies and webhooks yet: \(error)")
            }
            return (store, [LogTruncation(store: store, logger: logger)], lock)
        }
    }
}

extension ListenAddress {
    /// - Parameter option: names the host, for the error.
    /// - Throws: `CommandError`.
    fileprivate func bind(option: Setting) throws -> BoundSocket {
        do {
            return try BoundSocket(host: host, port: port)
        } catch {
            throw CommandError(explanation(of: error, option))
        }
    }

    private func explanation(of error: BindError, _ option: Setting) -> String {
        let portOption = option == .host ? Setting.port : option
        switch error {
        case .unknownHost:
            return "The host name \(host) has no address. Name an address of this machine with --\(option.rawValue)."
        case .system(EADDRINUSE):
            return
                """
                Port \(port) of \(host) is already in use, perhaps by another Understudy. Choose another port with \
                --\(portOption.rawValue).
                """
        case .system(EACCES):
            return """
                This user may not use port \(port). Choose one above 1023 with --\(portOption.rawValue), \
                or grant the program CAP_NET_BIND_SERVICE.
                """
        case .system(EADDRNOTAVAIL):
            return
                "\(host) is not an address of this machine. Name one with --\(option.rawValue); 0.0.0.0 listens on all."
        case .system(let number):
            return "Cannot listen on port \(port) of \(host): \(SystemError.reason(number))."
        }
    }
}
