import Logging
import SQLiteStore
import ServiceLifecycle

/// Empties SQLite's write-ahead log when the server stops, so that nothing that was deleted stays in it.
///
/// The first of the services, for they are stopped in the opposite order.
struct LogTruncation: Service {
    let store: SQLiteStore
    let logger: Logger

    func run() async throws {
        try? await gracefulShutdown()
        do {
            try await store.truncateLog(patience: .seconds(1))
        } catch {
            logger.warning(
                "the write-ahead log could not be emptied, and may have deleted text; the next stop tries again: \(error)"
            )
        }
    }
}
