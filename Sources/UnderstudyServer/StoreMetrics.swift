import AssistantsStore
import Logging
import PrometheusMetrics
import ServiceLifecycle
import Synchronization

/// Metrics that are read from the store: at regular intervals, so that a scrape never waits for a database, however often
/// it comes.
struct StoreMetrics: Service {
    private static let interval = Duration.seconds(5)
    /// How many webhooks are counted of each kind.
    private static let maximumCount = 10_000

    private struct Reading {
        var callbacks: CallbackCounts?
        var databaseSize: Int?
    }

    private final class LastReading: Sendable {
        let value = Mutex(Reading())
    }

    private let store: any Store
    private let logger: Logger
    private let last = LastReading()

    init(store: any Store, metrics: MetricsRegistry, logger: Logger) {
        self.store = store
        self.logger = logger
        for (name, help, value) in Self.gauges {
            metrics.gauge(name, help) { [last] in value(last.value.withLock(\.self)).map { Double($0) } ?? .nan }
        }
    }

    private static let gauges: [(name: String, help: String, value: @Sendable (Reading) -> Int?)] = [
        (
            "understudy_webhooks_waiting",
            "Webhooks in the database that are being delivered or retried, up to 10,000.",
            { $0.callbacks?.waiting }
        ),
        (
            "understudy_webhooks_failed",
            "Webhooks in the database that could not be delivered, among the 10,000 oldest.",
            { $0.callbacks?.failed }
        ),
        (
            "understudy_database_bytes",
            "Size of the database: SQLite's file, or PostgreSQL's database.",
            { $0.databaseSize }
        ),
    ]

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                let reading = await read()
                guard !Task.isCancelled else { return }
                last.value.withLock { $0 = reading }
            } while (try? await Task.sleep(for: Self.interval)) != nil
        }
    }

    /// What cannot be read is unknown.
    private func read() async -> Reading {
        do {
            return Reading(
                callbacks: try await store.callbackCounts(limit: Self.maximumCount),
                databaseSize: try await store.databaseSize()
            )
        } catch {
            logger.debug("Cannot read metrics from the store; they are unknown until it works again: \(error)")
            return Reading()
        }
    }
}
