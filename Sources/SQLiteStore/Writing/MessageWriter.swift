import AssistantsStore
import GRDB

/// The statements that write messages, on GRDB's writer connection.
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

    // Each runs within the transaction that the caller has begun, and is undone by throwing.

    func append(
        _ drafts: [MessageDraft],
        to reference: SessionReference,
        in account: AccountSID,
        defaults: MessageDefaults,
        _ db: Database
    ) throws -> (messages: [Message], session: OpenSession) {
        guard let exact = reference.candidates.first else { throw StoreError.invalidSessionID }
        var session: OpenSession?
        for candidate in reference.candidates where session == nil {
            session = try sessions.find(candidate, in: account)
        }
        let stored = try drafts.map { draft in
            let message = draft.message(
                in: session?.id ?? exact,
                identity: session?.identity,
                assistantID: try draft.assistantID ?? session?.assistantID
                    ?? db.assistant(named: defaults.assistantName, in: account),
                date: defaults.date
            )
            guard try store(message, in: &session, of: account) else {
                throw DatabaseError(resultCode: .SQLITE_CONSTRAINT_UNIQUE, message: "a new message id is there already")
            }
            return message
        }
        guard let session else { throw StoreError.sessionNotFound }
        try sessions.update(session)
        return (stored, session)
    }

    func importMessages(
        _ batch: [NewMessage],
        to account: AccountSID,
        defaults: MessageDefaults,
        _ db: Database
    ) throws -> ImportResult {
        var result = ImportResult()
        var open: [SessionID: OpenSession] = [:]
        lazy var defaultAssistant = Result { try db.assistant(named: defaults.assistantName, in: account) }
        for (index, new) in batch.enumerated() {
            var session = try open[new.sessionID] ?? sessions.find(new.sessionID, in: account)
            let message = new.message(
                identity: session?.identity,
                assistantID: try new.assistantID ?? defaultAssistant.get(),
                date: defaults.date
            )
            if try store(message, in: &session, of: account) {
                result.stored += 1
            } else if let number = session?.number, try messages.isSame(new, in: number) == true {
                result.alreadyThere += 1
            } else {
                throw StoreError.messageConflict(new.id, index: index)
            }
            open[new.sessionID] = session
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

    /// Gives the message the next place of its session, which is made of it where there is none.
    /// - Returns: `false` where the session has a message of this id already.
    private func store(_ message: Message, in session: inout OpenSession?, of account: AccountSID) throws -> Bool {
        var open = try session ?? sessions.create(by: message, in: account)
        guard open.lastPosition < MessageKey.maximumPosition else { throw StoreError.sessionFull(message.sessionID) }
        let isNew = try messages.insert(message, at: MessageKey(open.number, position: open.lastPosition + 1))
        if isNew {
            open.lastPosition += 1
            open.dateUpdated = max(open.dateUpdated, message.dateUpdated)
            open.hasChanged = true
        }
        session = open
        return isNew
    }
}
