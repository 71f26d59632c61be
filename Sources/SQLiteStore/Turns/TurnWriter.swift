import AssistantsStore
import GRDB

/// What turns do to the database, within a transaction that the caller has begun.
struct TurnWriter {
    let messages: MessageWriter
    let db: Database

    /// Stores the turn's message, or keeps it behind the session's other turns.
    func accept(
        _ turn: NewTurn,
        in account: AccountSID,
        by worker: WorkerID,
        maximumWaiting: Int,
        idempotencyKey: String?
    ) throws -> SessionID {
        _ = try db.assistant(turn.assistantID, in: account)
        let session: (number: SessionNumber, id: SessionID)
        var position: Int64?
        if let found = try db.findSessionRow(turn.session, in: account),
            case let count = try turnCount(of: found.number), count > 0
        {
            guard count <= maximumWaiting else { throw StoreError.tooManyTurns }
            session = (found.number, found.session.id)
        } else {
            let open = try append(turn.message, to: turn.session, in: account, at: turn.date)
            session = (open.number, open.id)
            position = open.lastPosition
        }
        try TurnRow(
            turn,
            of: account,
            in: session,
            position: position,
            by: worker,
            idempotencyKey: idempotencyKey
        ).insert(db)
        return session.id
    }

    /// Gives the turn to a worker, and stores its message where that waited, unless the session was deleted, is full
    /// or damaged.
    func begin(_ row: TurnRow, as worker: WorkerID, at now: Timestamp) throws -> Turn {
        var row = row
        if let content = row.content, try hasSession(of: row) {
            let draft = row.draft(.user, JSONObject(unchecked: content))
            do {
                try db.inSavepoint {
                    row.position = try append(draft, to: row.session, in: row.account, at: now).lastPosition
                    return .commit
                }
            } catch StoreError.sessionFull {
                row.position = nil
            } catch let error as DatabaseError where error.resultCode.isOfDamage {
                // The turns of other sessions do not wait until somebody mends this one.
                row.position = nil
            }
            row.content = nil
        }
        row.worker = worker.text
        row.begun = true
        row.leaseEnd = now.microseconds + Turn.lease
        try row.update(db)
        return try row.turn
    }

    /// Removes the turn and stores what it ends with.
    func finish(_ turn: TurnID, as worker: WorkerID, with end: TurnEnd) throws {
        let row = try TurnRow.fetchOne(
            db,
            sql: "DELETE FROM turn WHERE id = ? AND worker = ? RETURNING *",
            arguments: [turn.text, worker.text]
        )
        guard let row else { throw StoreError.turnLost }
        if let reply = end.reply {
            guard try hasSession(of: row) else { throw StoreError.sessionNotFound }
            let draft = row.draft(.assistant, reply, meta: end.meta)
            _ = try append(draft, to: row.session, in: row.account, at: end.date)
        }
        if let key = row.idempotencyKey { try db.answer(key, in: row.account, with: end.answer) }
        if let callback = end.callback { try db.insert(callback, of: row.account, at: end.date) }
    }

    private func append(
        _ draft: MessageDraft,
        to session: SessionReference,
        in account: AccountSID,
        at date: Timestamp
    ) throws -> OpenSession {
        // The draft has its assistant, so that none is looked for by a name.
        let defaults = MessageDefaults(assistantName: "", date: date)
        return try messages.append([draft], to: session, in: account, defaults: defaults, db).session
    }

    private func turnCount(of session: SessionNumber) throws -> Int {
        try Int.fetchOne(
            db,
            sql: "SELECT count(*) FROM turn WHERE session_number = ?",
            arguments: [session.value]
        ) ?? 0
    }

    private func hasSession(of row: TurnRow) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT 1 FROM session WHERE number = ?", arguments: [row.sessionNumber]) ?? false
    }
}
