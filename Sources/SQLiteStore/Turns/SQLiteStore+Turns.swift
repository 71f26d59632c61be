package import AssistantsStore
import Foundation
import GRDB

extension SQLiteStore {
    package func accept(
        _ turn: NewTurn,
        in account: AccountSID,
        by worker: WorkerID,
        maximumWaiting: Int,
        lease: Duration,
        once: IdempotentWrite<SessionID>?
    ) async throws(StoreError) -> IdempotentResult<SessionID> {
        try await transact { transaction in
            try transaction.write(once, in: account) { transaction in
                try transaction.accept(
                    turn,
                    in: account,
                    by: worker,
                    maximumWaiting: maximumWaiting,
                    lease: lease,
                    idempotencyKey: once?.request.key
                )
            }
        }
    }

    package func beginTurns(
        as worker: WorkerID,
        limit: Int,
        lease: Duration,
        at date: Timestamp
    ) async throws(StoreError) -> [Turn] {
        // Looked for without writing, for mostly there is nothing.
        let now = clock.now
        guard try await read({ db in try !TurnRow.ready(for: worker, limit: 1, at: now, db).isEmpty }) else {
            return []
        }
        return try await transact { transaction in
            try transaction.begin(limit, as: worker, lease: lease, at: date)
        }
    }

    package func renewTurns(
        _ running: Set<TurnID>,
        of worker: WorkerID,
        lease: Duration
    ) async throws(StoreError) {
        let hasTurns = try await read { db in
            try Bool.fetchOne(db, sql: "SELECT 1 FROM turn WHERE worker = ? LIMIT 1", arguments: [worker.text]) ?? false
        }
        guard hasTurns else { return }
        try await write { [clock] db in
            let ids = String(decoding: try JSONEncoder().encode(running.map(\.text)), as: UTF8.self)
            try db.setLeases(TurnRow.renewal, [worker.text, ids, clock.now + lease.microseconds])
        }
    }

    package func releaseTurns(of worker: WorkerID) async throws(StoreError) {
        try await write { db in
            try db.setLeases("UPDATE turn SET lease_end = 0 WHERE worker = ?", [worker.text])
        }
    }

    package func finish(_ turn: TurnID, as worker: WorkerID, with end: TurnEnd) async throws(StoreError) {
        try await transact { transaction in try transaction.finish(turn, as: worker, with: end) }
    }

    /// Ends every lease, of turns and of callbacks, and makes every callback due that was to be tried later, for the times of
    /// a process that has ended mean nothing to this one's clock. For the one server of the database, before it works.
    package func takeOver() async throws(StoreError) {
        try await write { db in
            try db.setLeases("UPDATE turn SET lease_end = 0 WHERE lease_end <> 0", [])
            for row in try CallbackRow.damaged(db) { try row.giveUp(db) }
            try db.execute(sql: "UPDATE callback SET due = 0 WHERE due <> 0")
        }
    }
}

extension Database {
    /// Runs a statement that changes leases, which a damaged row must not keep it from.
    fileprivate func setLeases(_ sql: String, _ arguments: StatementArguments) throws {
        do {
            try inSavepoint {
                try execute(sql: sql, arguments: arguments)
                return .commit
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            try TurnRow.repair(self)
            try execute(sql: sql, arguments: arguments)
        }
    }
}
