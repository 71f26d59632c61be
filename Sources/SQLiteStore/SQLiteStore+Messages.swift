package import AssistantsStore
import GRDB
import PrometheusMetrics

extension SQLiteStore {
    package func readMessages(
        _ request: MessagePageRequest,
        _ body: (borrowing MessageRow) -> Void
    ) async throws(StoreError) -> MessagePageReading {
        do {
            return try await request.isScan ? scan(request, body) : read(request, body)
        } catch {
            throw StoreError(error)
        }
    }

    private func read(
        _ request: MessagePageRequest,
        _ body: (borrowing MessageRow) -> Void
    ) throws -> MessagePageReading {
        let start = ContinuousClock.now
        defer { pageTimes.record(start.duration(to: .now)) }
        return try readers.read { try $0.messages.run(request, body) }
    }

    /// A function of its own: a closure that may be suspended has what it captures on the heap, which every page would pay for.
    private func scan(
        _ request: MessagePageRequest,
        _ body: (borrowing MessageRow) -> Void
    ) async throws -> MessagePageReading {
        try await onScanThread { reader in try reader.messages.run(request, body) }
    }

    package func messages(
        _ request: AccountMessagesRequest
    ) async throws(StoreError) -> Page<Message, AccountMessageCursor> {
        do {
            return try await onScanThread { reader in try reader.accountMessages.run(request) }
        } catch {
            throw StoreError(error)
        }
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
