import AssistantsStore
import GRDB

/// The statements that append messages, on GRDB's writer connection.
///
/// `@unchecked Sendable`: used only inside of write accesses of the pool, which come one at a time.
final class MessageWriter: @unchecked Sendable {
    private var sessions: SessionStatements
    private var messages: MessageStatements

    init(_ db: Database) throws {
        guard let connection = db.sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
        sessions = try SessionStatements(on: connection)
        messages = try MessageStatements(on: connection)
    }

    /// Appends within the transaction that the caller has begun, and rolls back by throwing.
    func append(
        _ batch: [NewMessage],
        to account: AccountSID,
        defaults: MessageDefaults,
        in db: Database
    ) throws -> AppendResult {
        var result = AppendResult()
        var open: [SessionID: OpenSession] = [:]
        lazy var defaultAssistant = Result { try db.assistant(named: defaults.assistantName, in: account) }
        for (index, message) in batch.enumerated() {
            let assistantID = try message.assistantID ?? defaultAssistant.get()
            let created = message.dateCreated ?? defaults.date
            let updated = message.dateUpdated ?? created
            var session =
                try open[message.sessionID]
                ?? sessions.find(message.sessionID, in: account)
                ?? sessions.create(
                    Session(
                        id: message.sessionID,
                        account: account,
                        assistantID: assistantID,
                        identity: message.identity ?? MessageDefaults.identity,
                        isVerified: false,
                        dateCreated: created,
                        dateUpdated: updated
                    )
                )
            guard session.lastPosition < MessageKey.maximumPosition else {
                throw StoreError.sessionFull(message.sessionID)
            }
            let isNew = try messages.insert(
                message,
                at: MessageKey(session.number, position: session.lastPosition + 1),
                assistantID: assistantID,
                identity: message.identity ?? session.identity,
                created: created,
                updated: updated
            )
            if isNew {
                result.stored += 1
                session.lastPosition += 1
                session.dateUpdated = max(session.dateUpdated, updated)
                session.hasChanged = true
            } else if try messages.isSame(message, in: session.number) == true {
                result.alreadyThere += 1
            } else {
                throw StoreError.messageConflict(message.id, index: index)
            }
            open[message.sessionID] = session
        }
        for session in open.values where session.hasChanged {
            try sessions.update(session)
        }
        return result
    }

    /// The place of the first message whose id is there already with other content. Reads only.
    func firstConflict(among batch: [NewMessage], in account: AccountSID) throws -> Int? {
        var numbers: [SessionID: SessionNumber?] = [:]
        for (index, message) in batch.enumerated() {
            let number = try numbers[message.sessionID] ?? sessions.find(message.sessionID, in: account)?.number
            numbers[message.sessionID] = .some(number)
            if let number, try messages.isSame(message, in: number) == false { return index }
        }
        return nil
    }
}
