import AssistantsStore
import Logging
import PrometheusMetrics
import ServiceLifecycle
import Synchronization

/// Metrics that are read from the store: at regular intervals, so that a scrape never waits for a database, however often
/// it comes.
struct StoreMetrics: Service {
    private static let interval = Duration.seconds(5)
    /// PostgreSQL looks at every file of the database.
    private static let sizeInterval = Duration.seconds(60)
    /// How many webhooks are counted of each kind.
    private static let maximumCount = 10_000

    private let store: any Store
    private let logger: Logger
    private let callbacks = LastReading<CallbackCounts>()
    private let databaseSize = LastReading<Int>()

    init(store: any Store, metrics: MetricsRegistry, logger: Logger) {
        self.store = store
        self.logger = logger
        metrics.gauge(
            "understudy_webhooks_waiting",
            "Webhooks in the database that are being delivered or retried, up to 10,000."
        ) { [callbacks] in Self.number(callbacks.value?.waiting) }
        metrics.gauge(
            "understudy_webhooks_failed",
            "Webhooks in the database that could not be delivered, among the 10,000 oldest."
        ) { [callbacks] in Self.number(callbacks.value?.failed) }
        metrics.gauge(
            "understudy_database_bytes",
            "Size of the database: SQLite's file, or PostgreSQL's database."
        ) { [databaseSize] in Self.number(databaseSize.value) }
    }

    private static func number(_ value: Int?) -> Double { value.map { Double($0) } ?? .nan }

    func run() async throws {
        // Each by itself: a query that fails or is slow affects no other metric.
        await cancelWhenGracefulShutdown {
            async let size: Void = keep(databaseSize, every: Self.sizeInterval) { try await store.databaseSize() }
            await keep(callbacks, every: Self.interval) { try await store.callbackCounts(limit: Self.maximumCount) }
            await size
        }
    }

    /// Reads a value again and again until the task is cancelled: after `interval`, or sooner while it cannot be read and is unknown.
    private func keep<Value>(
        _ reading: LastReading<Value>,
        every interval: Duration,
        _ read: () async throws -> Value
    ) async {
        var pause: Duration
        repeat {
            do {
                reading.set(try await read())
                pause = interval
            } catch {
                guard !Task.isCancelled else { return }
                logger.debug("Cannot read a metric from the store; it is unknown until that works again: \(error)")
                reading.set(nil)
                pause = min(interval, Self.interval)
            }
        } while (try? await Task.sleep(for: pause)) != nil
    }
}

/// What was read last; `nil` if it could not be read.
private final class LastReading<Value: Sendable>: Sendable {
    private let last = Mutex<Value?>(nil)

    var value: Value? { last.withLock(\.self) }

    func set(_ value: Value?) { last.withLock { $0 = value } }
}
