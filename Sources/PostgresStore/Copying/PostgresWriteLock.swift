import AssistantsStore
import Synchronization

/// Keeps everybody from writing to a database, by a transaction of a connection of its own.
final class PostgresWriteLock: WriteLock {
    private let connection: Mutex<PostgresConnection>
    private let pool: PostgresPool

    /// Waits for those that are writing now. Blocks.
    /// - Parameter pool: whose threads may wait.
    /// - Throws: `PostgresError`.
    init(_ pool: PostgresPool) throws(PostgresError) {
        var connection = try pool.connect()
        while try !Self.lock(&connection) { try connection.execute("ROLLBACK") }
        self.connection = Mutex(connection)
        self.pool = pool
    }

    /// - Returns: `false` where it and a writer waited for each other.
    private static func lock(_ connection: inout PostgresConnection) throws(PostgresError) -> Bool {
        let tables = StoredTable.allCases.filter { $0 != .number }.map(\.rawValue).joined(separator: ", ")
        do {
            try connection.execute(
                """
                BEGIN;
                SET LOCAL idle_in_transaction_session_timeout = 0;
                LOCK TABLE \(tables) IN SHARE MODE;
                """
            )
            return true
        } catch {
            guard error.isConflict else { throw error }
            return false
        }
    }

    func release() async throws(StoreError) {
        do {
            // It fails where the connection has been lost.
            try await pool.run { _ in try self.connection.withLock { try $0.execute("COMMIT") } }
        } catch {
            throw StoreError(error)
        }
    }
}
