import AssistantsStore
import GRDB

/// What turns do to the database.
extension SQLiteTransaction {
    func requireAssistant(_ id: AssistantID, in account: AccountSID) throws {
        _ = try db.fetch(Assistant.self, id, in: account)
    }

    func turnCount(of session: OpenSession<SessionNumber>) throws -> Int {
        try Int.fetchOne(
            db,
            sql: "SELECT count(*) FROM turn WHERE session_number = ?",
            arguments: [session.number.value]
        ) ?? 0
    }

    func insert(
        _ turn: NewTurn,
        of account: AccountSID,
        in session: OpenSession<SessionNumber>,
        position: Int64?,
        by worker: WorkerID,
        lease: Duration,
        idempotencyKey: String?
    ) throws {
        try TurnRow(
            turn,
            of: account,
            in: (session.number, session.id),
            position: position,
            by: worker,
            until: clock.now + lease.microseconds,
            idempotencyKey: idempotencyKey
        ).insert(db)
    }

    /// Begins turns that a worker may begin.
    /// - Throws: where none could be begun, what kept the first one from it.
    mutating func begin(_ limit: Int, as worker: WorkerID, lease: Duration, at date: Timestamp) throws -> [Turn] {
        let now = clock.now
        var begun: [Turn] = []
        var failure: (any Error)?
        var last: Int64 = 0
        while begun.count < limit {
            let wanted = limit - begun.count
            let rows = try TurnRow.ready(for: worker, after: last, limit: wanted, at: now, db)
            for row in rows {
                last = row.number
                do {
                    var turn: Turn?
                    try db.inSavepoint {
                        turn = try begin(row, as: worker, until: now + lease.microseconds, at: date)
                        return .commit
                    }
                    if let turn { begun.append(turn) }
                } catch {
                    guard isOfOneTurn(error) else { throw error }
                    failure = failure ?? error
                }
            }
            guard rows.count == wanted else { break }
        }
        if begun.isEmpty, let failure { throw failure }
        return begun
    }

    /// Gives the turn to a worker, and stores its message where that waited, unless the session was deleted, is full
    /// or damaged.
    private mutating func begin(
        _ row: TurnRow,
        as worker: WorkerID,
        until leaseEnd: Int64,
        at date: Timestamp
    ) throws -> Turn {
        var row = row
        var isDamaged = row.isDamaged
        if let content = row.content {
            var position: Int64?
            do {
                try db.inSavepoint {
                    if try hasSession(of: row) {
                        let draft = row.draft(.user, content)
                        position = try append(draft, to: row.session, in: row.account, at: date).lastPosition
                    }
                    return .commit
                }
            } catch StoreError.sessionFull {
                position = nil
            } catch {
                guard isOfOneTurn(error), isOfData(error) else { throw error }
                isDamaged = true
                position = nil
            }
            row.setPosition(position)
        }
        row.worker = worker
        row.hasBegun = true
        row.leaseEnd = leaseEnd
        try row.update(db)
        return row.turn(isDamaged: isDamaged)
    }

    /// Whether other turns may do what failed for one.
    private func isOfOneTurn(_ error: any Error) -> Bool {
        if case .unavailable = StoreError(error) { return false }
        // Some errors make SQLite undo all of the transaction.
        return db.isInsideTransaction
    }

    /// Whether it comes of what is stored, so that it would come again; what the disk or the memory causes may pass.
    private func isOfData(_ error: any Error) -> Bool {
        switch StoreError(error) {
        case .unavailable: false
        case .fault(let error as DatabaseError):
            [.SQLITE_CORRUPT, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG]
                .contains(error.resultCode.primaryResultCode)
        default: true
        }
    }

    /// Removes the turn and stores what it ends with.
    mutating func finish(_ turn: TurnID, as worker: WorkerID, with end: TurnEnd) throws {
        let row = try Row.fetchOne(
            db,
            sql: "DELETE FROM turn WHERE id = ? AND worker = ? RETURNING *",
            arguments: [turn.text, worker.text]
        ).map(TurnRow.init)
        guard let row else { throw StoreError.turnLost }
        if let reply = end.reply {
            guard !row.isDamaged else { throw DatabaseError.damaged(row) }
            guard try hasSession(of: row) else { throw StoreError.sessionNotFound }
            let draft = row.draft(.assistant, reply, meta: end.meta)
            _ = try append(draft, to: row.session, in: row.account, at: end.date)
        }
        if let key = row.idempotencyKey, let answer = end.answer { try self.answer(key, in: row.account, with: answer) }
        if let callback = end.callback { try db.insert(callback, of: row.account, at: clock.now) }
    }

    private func hasSession(of row: TurnRow) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT 1 FROM session WHERE number = ?", arguments: [row.sessionNumber.value])
            ?? false
    }
}
