package import AssistantsStore
import GRDB

extension SQLiteStore {
    package func accept(
        _ turn: NewTurn,
        in account: AccountSID,
        by worker: WorkerID,
        maximumWaiting: Int,
        once: Once<SessionID>?
    ) async throws(StoreError) -> OnceResult<SessionID> {
        try await write { [writer] db in
            try db.write(once, in: account) {
                try TurnWriter(messages: writer, db: db).accept(
                    turn,
                    in: account,
                    by: worker,
                    maximumWaiting: maximumWaiting,
                    idempotencyKey: once?.request.key
                )
            }
        }
    }

    package func beginTurns(
        as worker: WorkerID,
        limit: Int,
        at now: Timestamp
    ) async throws(StoreError) -> [Turn] {
        // Looked for without writing, for mostly there is nothing.
        guard try await read({ db in try !TurnRow.ready(for: worker, limit: 1, at: now, db).isEmpty }) else {
            return []
        }
        return try await write { [writer] db in
            let turns = TurnWriter(messages: writer, db: db)
            return try TurnRow.ready(for: worker, limit: limit, at: now, db).map { row in
                try turns.begin(row, as: worker, at: now)
            }
        }
    }

    package func renewTurns(of worker: WorkerID, at now: Timestamp) async throws(StoreError) {
        let hasTurns = try await read { db in
            try Bool.fetchOne(db, sql: "SELECT 1 FROM turn WHERE worker = ? LIMIT 1", arguments: [worker.text]) ?? false
        }
        if hasTurns { try await setLease(of: worker, to: now.microseconds + Turn.lease) }
    }

    package func releaseTurns(of worker: WorkerID) async throws(StoreError) {
        try await setLease(of: worker, to: 0)
    }

    private func setLease(of worker: WorkerID, to end: Int64) async throws(StoreError) {
        try await write { db in
            try db.execute(sql: "UPDATE turn SET lease_end = ? WHERE worker = ?", arguments: [end, worker.text])
        }
    }

    package func finish(_ turn: TurnID, as worker: WorkerID, with end: TurnEnd) async throws(StoreError) {
        try await write { [writer] db in
            try TurnWriter(messages: writer, db: db).finish(turn, as: worker, with: end)
        }
    }
}
