import AssistantsStore
import Foundation
import GRDB

/// A transaction on GRDB's writer connection. SQLite has one writer at a time, so nothing else needs to be locked.
struct SQLiteTransaction: WriteTransaction {
    let db: Database
    let statements: WriteStatements
    let clock: StoreClock

    static var maximumPosition: Int64 { MessageKey.maximumPosition }

    func openSession(_ id: SessionID, in account: AccountSID) throws -> OpenSession<SessionNumber>? {
        try statements.sessions.find(id, in: account)
    }

    func createSession(beginningWith first: Message, in account: AccountSID) throws -> OpenSession<SessionNumber> {
        try statements.sessions.create(by: first, in: account)
    }

    func update(_ session: OpenSession<SessionNumber>) throws {
        try statements.sessions.update(session)
    }

    func handle(of session: SessionID, in account: AccountSID) throws -> SessionNumber? {
        try statements.sessions.find(session, in: account)?.number
    }

    func insert(_ message: Message, at position: Int64, of session: SessionNumber) throws -> Bool {
        try statements.messages.insert(message, at: MessageKey(session, position: position))
    }

    func message(_ id: MessageID, of session: SessionNumber, sessionID: SessionID) throws -> Message? {
        try db.message(id, of: session, sessionID: sessionID)?.message
    }

    static func conflict(_ reason: String) -> any Error {
        StoreError.fault(DatabaseError(resultCode: .SQLITE_INTERNAL, message: reason))
    }

    func first<Item: AccountRow>(
        _ type: Item.Type,
        in account: AccountSID,
        where column: String,
        is text: String
    ) throws -> Item? {
        try db.first(type, in: account, where: column, is: text)
    }

    func lock(_ account: AccountSID) throws {
        try db.requireAccount(account)
    }

    func insert<Item: AccountRow>(_ item: Item) throws {
        try db.insert(item)
    }
}

/// The statements that write messages, prepared once.
///
/// `@unchecked Sendable`: used only inside of write accesses of the pool, which come one at a time.
final class WriteStatements: @unchecked Sendable {
    var sessions: SessionStatements
    var messages: MessageStatements

    init(_ db: Database) throws {
        guard let connection = db.sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
        sessions = try SessionStatements(on: connection)
        messages = try MessageStatements(on: connection)
    }
}
