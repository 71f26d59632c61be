import AssistantsStore
import GRDB

extension StoreError {
    /// Sorts what SQLite and GRDB threw: a database that is kept busy may be free later, and a disk that is full or read-only
    /// may be so no longer. Such a disk also makes SQLite undo a transaction, which fails its other writes with ABORT. The rest are
    /// faults.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError
        where [.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_READONLY, .SQLITE_ABORT].contains(
            error.resultCode.primaryResultCode
        ):
            self = .unavailable(error)
        case is RowDecodingError:
            // GRDB's description has the row's values, which no log may have.
            self = .fault(
                DatabaseError(resultCode: .SQLITE_CORRUPT, message: "A column has a value that it cannot have")
            )
        default: self = .fault(error)
        }
    }
}

extension SQLiteStore {
    /// Reads from one state of the database.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await pool.read(body)
        } catch {
            throw StoreError(error)
        }
    }

    /// Writes in a transaction that other writes may share; what `body` did is undone where it throws.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await commits.write(body)
        } catch {
            throw StoreError(error)
        }
    }

    /// Runs the logic of writing in such a transaction.
    func transact<Value: Sendable>(
        _ body: @escaping @Sendable (inout SQLiteTransaction) throws -> Value
    ) async throws(StoreError) -> Value {
        try await write { [statements, clock] db in
            statements.sessions.begin()
            var transaction = SQLiteTransaction(db: db, statements: statements, clock: clock)
            return try body(&transaction)
        }
    }
}
