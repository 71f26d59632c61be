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

    func openSessions(
        _ ids: [SessionID],
        in account: AccountSID
    ) throws -> [SessionID: OpenSession<SessionNumber>] {
        var found: [SessionID: OpenSession<SessionNumber>] = [:]
        for id in ids { found[id] = try statements.sessions.find(id, in: account) }
        return found
    }

    func createSessions(
        beginningWith messages: [Message],
        in account: AccountSID
    ) throws -> [OpenSession<SessionNumber>] {
        try messages.map { try statements.sessions.create(by: $0, in: account, at: clock.now) }
    }

    func update(_ sessions: [OpenSession<SessionNumber>]) throws {
        for session in sessions { try statements.sessions.update(session, at: clock.now) }
    }

    func handle(of session: SessionID, in account: AccountSID) throws -> SessionNumber? {
        try statements.sessions.find(session, in: account)?.number
    }

    func insert(_ additions: inout [Addition<SessionNumber>]) throws {
        for addition in additions.indices {
            for (index, message) in additions[addition].messages.enumerated() {
                let session = additions[addition].session
                let key = MessageKey(session.handle, position: session.lastPosition + 1)
                if try statements.messages.insert(message, at: key) {
                    try statements.search.add(message.content, at: key)
                    additions[addition].session.add(message)
                } else {
                    additions[addition].repeated.append(index)
                }
            }
        }
    }

    func messages(_ selections: [MessageSelection<SessionNumber>]) throws -> [[MessageID: Message]] {
        try selections.map { selection in
            var found: [MessageID: Message] = [:]
            for id in selection.ids {
                found[id] = try db.message(id, of: selection.session, sessionID: selection.sessionID)?.message
            }
            return found
        }
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

    func fetch<Item: AccountRow>(
        _ type: Item.Type,
        _ id: Item.ID,
        in account: AccountSID,
        isLocked: Bool
    ) throws -> Item {
        try db.fetch(type, id, in: account)
    }

    func count<Item: AccountRow>(_ type: Item.Type, of owner: RowOwner, in account: AccountSID) throws -> Int {
        try db.count(type, of: owner, in: account)
    }

    func update<Item: AccountRow>(_ item: Item) throws {
        try db.update(item)
    }

    func delete<Item: AccountRow>(_ type: Item.Type, _ id: Item.ID, in account: AccountSID) throws {
        try db.delete(type, id, in: account)
    }
}

/// The statements that write messages, prepared once.
///
/// `@unchecked Sendable`: used only inside of write accesses of the pool, which come one at a time.
final class WriteStatements: @unchecked Sendable {
    var sessions: SessionStatements
    var messages: MessageStatements
    var search: SearchIndexWriter

    init(_ db: Database, clock: StoreClock, limits: StoreLimits) throws {
        guard let connection = db.sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
        sessions = try SessionStatements(on: connection, maximumUnsettled: limits.unsettledSessions)
        messages = try MessageStatements(on: connection)
        search = try SearchIndexWriter(on: connection, clock: clock, maximumCount: limits.messagesInSearchPart)
    }
}
