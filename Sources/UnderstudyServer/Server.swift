package import AssistantsAPI
package import AssistantsStore
package import HTTPTransport
package import Logging
package import NIOCertificateReloading
import NIOCore
import NIOSSL
package import PrometheusMetrics
import Replies
package import Secrets
package import ServiceLifecycle
import UnixSignals

/// A store, the services that work on it, and the application that answers requests: the one place where they are composed.
package struct Server: Sendable {
    package let responder: AssistantsResponder
    /// What works beside the application.
    package let services: [any Service]

    private let store: any Store
    private let turns: TurnRunner
    private let readiness: Readiness
    private let storeServices: [any Service]
    private let certificates: TimedCertificateReloader?
    private let options: ServerOptions
    private let metrics: MetricsRegistry
    private let logger: Logger

    /// - Parameters:
    ///   - storeServices: those of the store; they start first, and stop last.
    ///   - pageTokenKey: the store's.
    ///   - sealingKey: what secrets in the store are sealed with, or why there is none; what needs it then fails.
    ///   - certificates: what clients are shown; without it they speak plain HTTP/1.1.
    ///   - metrics: those of the requests are added, and all of them are served.
    package init(
        store: any Store,
        storeServices: [any Service] = [],
        pageTokenKey: [UInt8],
        sealingKey: Result<SealingKey, any Error>,
        certificates: TimedCertificateReloader? = nil,
        options: ServerOptions = ServerOptions(),
        metrics: MetricsRegistry = MetricsRegistry(),
        logger: Logger
    ) {
        self.store = store
        let callbacks = CallbackSender(
            store: store,
            sealingKey: sealingKey,
            options: options.callbacks,
            metrics: metrics,
            logger: logger
        )
        turns = TurnRunner(
            store: store,
            model: options.model,
            callbacks: callbacks,
            options: options.turns,
            metrics: metrics,
            logger: logger,
            answer: SendRepresentation.answer
        )
        readiness = Readiness()
        responder = AssistantsResponder(
            store: store,
            pageTokenKey: pageTokenKey,
            sealingKey: sealingKey,
            model: options.model,
            turns: turns,
            callbacks: callbacks,
            readiness: readiness,
            isTLS: certificates != nil,
            options: options.api,
            metrics: metrics,
            logger: logger
        )
        services = [
            Housekeeping(failure: "Cannot remove what was deleted", logger: logger) {
                try await store.collectGarbage()
            },
            Housekeeping(failure: "Cannot maintain the search index", logger: logger) {
                try await store.maintainSearchIndex()
            },
            callbacks, turns,
        ]
        self.storeServices = storeServices
        self.certificates = certificates
        self.options = options
        self.metrics = metrics
        self.logger = logger
    }

    /// Serves until the process is told to stop, by SIGTERM or SIGINT.
    /// - Parameters:
    ///   - socket: for the API.
    ///   - metricsSocket: for `GET /metrics`; `nil` serves no metrics.
    ///   - onListening: called with the server's URL when it can be reached.
    ///   - endProcess: called if the server is still at work when it should have stopped.
    /// - Throws: `BindError` if it cannot listen.
    package func run(
        on socket: BoundSocket,
        metricsSocket: BoundSocket?,
        onListening: @escaping @Sendable (_ url: String) -> Void,
        endProcess: @escaping @Sendable () -> Void
    ) async throws {
        let listener = Listener()
        let http = try HTTPServer(
            responder: responder,
            socket: socket,
            maximumConnections: options.maximumConnections,
            tls: try certificates.map(TLSConfiguration.server),
            listener: listener,
            logger: logger,
            onListening: { [isTLS = certificates != nil] address in onListening(address.url(isTLS: isTLS)) }
        )
        var services = storeServices + self.services
        if let certificates { services.append(certificates) }
        if let metricsSocket {
            addMetrics(of: http)
            services.append(StoreMetrics(store: store, metrics: metrics, logger: logger))
            services.append(
                try HTTPServer(
                    responder: MetricsResponder(registry: metrics),
                    socket: metricsSocket,
                    listener: listener,
                    logger: logger
                )
            )
        }
        let stop = GracefulShutdown(
            listener: listener,
            readiness: readiness,
            turns: turns,
            delay: options.shutdownDelay,
            endProcess: endProcess,
            logger: logger
        )
        var configuration = ServiceGroupConfiguration(
            // They are stopped in the opposite order.
            services: services + [DrainedServer(server: http, logger: logger), stop],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "service-lifecycle")
        )
        configuration.maximumGracefulShutdownDuration = stop.limit
        try await ServiceGroup(configuration: configuration).run()
        logger.info("Stopped")
    }
}

extension Server {
    private func addMetrics(of http: HTTPServer) {
        metrics.gauge(
            "understudy_build_info",
            "Version and commit of the server, as labels; always 1.",
            labels: ["version": options.api.version, "commit": options.commit]
        ) { 1 }
        metrics.gauge("understudy_open_connections", "Open client connections.") { Double(http.connectionCount) }
        guard let certificates else { return }
        metrics.gauge(
            "understudy_tls_certificate_expiry_timestamp_seconds",
            "When the first certificate of the TLS chain expires, in seconds since 1970."
        ) { certificates.expiry.map { Double($0) } ?? .nan }
    }
}

extension TimedCertificateReloader {
    /// When the first of the certificates that clients get now expires, in seconds since 1970.
    fileprivate var expiry: Int? {
        sslContextConfigurationOverride.certificateChain?.compactMap { source in
            if case .certificate(let certificate) = source { certificate.notValidAfter } else { nil }
        }.min()
    }
}

/// The server of the API, whose end is logged.
private struct DrainedServer: Service {
    let server: HTTPServer
    let logger: Logger

    func run() async throws {
        try await server.run()
        logger.info("Drained: every request was answered, and every connection is closed")
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
