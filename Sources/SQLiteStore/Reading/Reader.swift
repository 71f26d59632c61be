import AssistantsStore
import GRDB

/// A read-only connection with the statements that every request runs.
///
/// `@unchecked Sendable`: `ReaderPool` hands it to one caller at a time, who gives it back before its call returns. GRDB
/// does nothing with the connection meanwhile but what `read` asks for.
final class Reader: @unchecked Sendable {
    // The statements go before the connection that they belong to.
    var messages: MessagePageQuery
    var accountMessages: AccountMessageQuery
    var credentials: CredentialQuery
    private let queue: DatabaseQueue

    init(path: String, configuration: Configuration, limits: StoreLimits) throws {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let connection = try queue.inDatabase { db in
            guard let connection = db.sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
            return connection
        }
        let index = try SearchIndexReader(on: connection)
        messages = try MessagePageQuery(on: connection, index, limits)
        accountMessages = try AccountMessageQuery(on: connection, index)
        credentials = try CredentialQuery(on: connection)
        self.queue = queue
    }

    /// Reads by statements of other kinds, from one state of the database.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try queue.read(body)
    }
}
