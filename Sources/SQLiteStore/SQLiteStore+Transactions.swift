import AssistantsStore
import GRDB

extension StoreError {
    /// Sorts what SQLite and GRDB threw: a database that is kept busy may be free later, and a disk that is full or read-only
    /// may be so no longer; the rest are faults.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError
        where [.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_READONLY].contains(
            error.resultCode.primaryResultCode
        ):
            self = .unavailable(error)
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
}
