package import AssistantsStore
import GRDB
import PrometheusMetrics
import Synchronization

extension SQLiteStore {
    package func readMessages(
        _ request: MessagePageRequest,
        _ body: (borrowing MessageRow) -> Void
    ) async throws(StoreError) -> MessagePageReading {
        do {
            return try await request.isScan ? scan(request, body) : read(request, pageTimes, body)
        } catch {
            throw StoreError(error)
        }
    }

    private func scan(
        _ request: MessagePageRequest,
        _ body: (borrowing MessageRow) -> Void
    ) async throws -> MessagePageReading {
        try await withTaskExecutorPreference(scanThreads) { try await readOnScanThread(request, body) }
    }

    /// `@concurrent`, so that it runs on the preferred executor and not on the caller's.
    @concurrent
    private func readOnScanThread(
        _ request: MessagePageRequest,
        _ body: (borrowing MessageRow) -> Void
    ) async throws -> MessagePageReading {
        guard let log = header?.log, !log.isWrittenBack, log.pageCount > Self.largeLog else {
            return try read(request, sliceTimes, body)
        }
        // Slices follow each other closely and overlap, so the log may never be free of readers and restart. While it is large, they run one
        // at a time, and each writes it back first.
        return try scanThreads.logTurn.withLock { _ in
            writeLogBack()
            return try read(request, sliceTimes, body)
        }
    }

    private func writeLogBack() {
        // Not on the writer's connection: commits would wait for this thread, which has the lowest priority. If the log cannot be written back
        // now, the next slice tries again.
        _ = try? DatabaseQueue(path: pool.path).inDatabase { db in try db.checkpoint(.passive) }
    }

    private func read(
        _ request: MessagePageRequest,
        _ times: Histogram,
        _ body: (borrowing MessageRow) -> Void
    ) throws -> MessagePageReading {
        let start = ContinuousClock.now
        defer { times.record(start.duration(to: .now)) }
        return try readers.read { try $0.messages.run(request, body) }
    }

    /// The migration counted the deletions, and no server of an earlier version can open the database since.
    package func requireTotals() {}

    package func append(
        _ messages: [MessageDraft],
        to session: SessionReference,
        in account: AccountSID,
        defaults: MessageDefaults,
        once: IdempotentWrite<[Message]>?
    ) async throws(StoreError) -> IdempotentResult<[Message]> {
        try await transact { transaction in
            try transaction.write(once, in: account) { transaction in
                try transaction.append(messages, to: session, in: account, defaults: defaults).messages
            }
        }
    }

    package func importMessages(
        _ messages: [NewMessage],
        to account: AccountSID,
        defaults: MessageDefaults
    ) async throws(StoreError) -> ImportResult {
        try await transact { transaction in
            try transaction.importMessages(messages, to: account, defaults: defaults)
        }
    }

    package func compare(
        _ messages: [NewMessage],
        in account: AccountSID
    ) async throws(StoreError) -> ImportComparison {
        do {
            // Reads only, but by the writer's statements.
            return try await pool.writeWithoutTransaction { [statements, clock] db in
                var transaction = SQLiteTransaction(db: db, statements: statements, clock: clock)
                return try transaction.compare(messages, in: account)
            }
        } catch {
            throw StoreError(error)
        }
    }
}
