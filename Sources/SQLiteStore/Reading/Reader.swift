import AssistantsStore
import GRDB

/// A read-only connection with the statements that every request runs.
///
/// `@unchecked Sendable`: `ReaderPool` hands it to one caller at a time, who gives it back before its call returns. GRDB
/// keeps the connection open and does nothing else with it.
final class Reader: @unchecked Sendable {
    // The statements go before the connection that they belong to.
    var messages: MessagePageQuery
    var credentials: CredentialQuery
    private let queue: DatabaseQueue

    init(path: String, configuration: Configuration) throws {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let connection = try queue.inDatabase { db in
            guard let connection = db.sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
            return connection
        }
        messages = try MessagePageQuery(on: connection)
        credentials = try CredentialQuery(on: connection)
        self.queue = queue
    }
}
