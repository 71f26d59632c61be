import AssistantsStore
import GRDB

/// What turns do to the database.
extension SQLiteTransaction {
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
        let stored = StoredTurn(
            number: 0,
            id: turn.id,
            account: account,
            session: session.number,
            sessionNumber: session.number,
            sessionID: session.id,
            assistantID: turn.assistantID,
            identity: turn.identity,
            mode: turn.mode,
            webhook: turn.webhook,
            idempotencyKey: idempotencyKey,
            content: position == nil ? turn.content : nil,
            position: position
        )
        try TurnRow(stored, by: worker, until: clock.now + lease.microseconds).insert(db)
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
                last = row.turn.number
                let mark = statements.search.mark
                do {
                    var turn: Turn?
                    try db.inSavepoint {
                        turn = try begin(row, as: worker, until: now + lease.microseconds, at: date)
                        return .commit
                    }
                    if let turn { begun.append(turn) }
                } catch {
                    guard isOfOneTurn(error) else { throw error }
                    statements.search.undo(to: mark)
                    failure = failure ?? error
                }
            }
            guard rows.count == wanted else { break }
        }
        if begun.isEmpty, let failure { throw failure }
        return begun
    }

    /// Gives the turn to a worker, and stores its message where that waited, unless the session was deleted, is full,
    /// or is damaged.
    private mutating func begin(
        _ row: TurnRow,
        as worker: WorkerID,
        until leaseEnd: Int64,
        at date: Timestamp
    ) throws -> Turn {
        var row = row
        var isDamaged = row.turn.isDamaged
        if let content = row.turn.content {
            let mark = statements.search.mark
            do {
                try db.inSavepoint {
                    row.turn.position = try storeMessage(content, of: row.turn, at: date)
                    return .commit
                }
            } catch {
                guard isOfOneTurn(error), isOfData(error) else { throw error }
                statements.search.undo(to: mark)
                isDamaged = true
                row.turn.position = nil
            }
            row.turn.content = nil
        }
        row.worker = worker
        row.hasBegun = true
        row.leaseEnd = leaseEnd
        try row.update(db)
        return row.turn.turn(isDamaged: isDamaged)
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

    func turn(_ id: TurnID, of worker: WorkerID) throws -> StoredTurn<SessionNumber>? {
        try Row.fetchOne(
            db,
            sql: "SELECT * FROM turn WHERE id = ? AND worker = ?",
            arguments: [id.text, worker.text]
        ).map { TurnRow($0).turn }
    }

    func remove(_ turn: StoredTurn<SessionNumber>, of worker: WorkerID) throws -> Bool {
        try db.execute(
            sql: "DELETE FROM turn WHERE number = ? AND worker = ?",
            arguments: [turn.number, worker.text]
        )
        return db.changesCount == 1
    }

    func insert(_ callback: NewCallback, of turn: StoredTurn<SessionNumber>) throws {
        try db.insert(callback, of: turn.account, at: clock.now)
    }

    static func damage(of turn: StoredTurn<SessionNumber>) -> any Error { DatabaseError.damaged(turn) }
}
