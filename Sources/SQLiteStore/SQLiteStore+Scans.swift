import GRDB
import PrometheusMetrics
import Synchronization

extension SQLiteStore {
    /// Runs a read of one slice on one of the scan threads.
    func onScanThread<Value>(_ read: (Reader) throws -> Value) async throws -> Value {
        try await withTaskExecutorPreference(scanThreads) {
            try await readSlice {
                let start = ContinuousClock.now
                defer { sliceTimes.record(start.duration(to: .now)) }
                return try scanReaders.read(read)
            }
        }
    }

    /// `@concurrent`, so that it runs on the preferred executor and not on the caller's.
    @concurrent
    private func readSlice<Value>(_ read: () throws -> Value) async throws -> Value {
        guard let log = header?.log, !log.isWrittenBack, log.pageCount > Self.largeLog else { return try read() }
        // Slices follow each other closely and overlap, so the log may never be free of readers and restart. While it is large, they run one
        // at a time, and each writes it back first.
        return try scanThreads.logTurn.withLock { _ in
            writeLogBack()
            return try read()
        }
    }

    private func writeLogBack() {
        // Not on the writer's connection: commits would wait for this thread, which has the lowest priority. If the log cannot be written back
        // now, the next slice tries again.
        _ = try? DatabaseQueue(path: pool.path).inDatabase { db in try db.checkpoint(.passive) }
    }
}
