import AssistantsStore
import GRDB

/// Keeps every process from writing to a database, by a transaction of a connection of its own.
struct SQLiteWriteLock: WriteLock {
    private let connection: DatabaseQueue

    /// - Throws: `GRDB.DatabaseError`, `SQLITE_BUSY` where somebody else keeps writing.
    init(path: String, configuration: Configuration) throws {
        var configuration = configuration
        configuration.allowsUnsafeTransactions = true
        connection = try DatabaseQueue(path: path, configuration: configuration)
        try connection.inDatabase { db in try db.beginTransaction(.immediate) }
    }

    func release() async throws(StoreError) {
        do {
            try connection.inDatabase { db in try db.commit() }
        } catch {
            throw StoreError(error)
        }
    }
}
