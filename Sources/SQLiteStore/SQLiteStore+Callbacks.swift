package import AssistantsStore
import GRDB

extension SQLiteStore {
    package func takeCallbacks(limit: Int, lease: Duration) async throws(StoreError) -> [Callback] {
        let now = clock.now
        // Looked for without writing, for mostly there is nothing.
        guard try await read({ db in try !CallbackRow.due(at: now, limit: 1, db).isEmpty }) else { return [] }
        return try await write { db in
            try CallbackRow.due(at: now, limit: limit, db).compactMap { row in
                guard !row.isDamaged else {
                    try row.giveUp(db)
                    return nil
                }
                return try row.take(until: now + lease.microseconds, at: now, db)
            }
        }
    }

    package func record(_ attempt: CallbackAttempt, of callback: Callback) async throws(StoreError) {
        try await write { [clock] db in
            let end = "last_error = ?, due = ? WHERE number = ? AND attempts = ?"
            switch attempt {
            case .delivered:
                try db.execute(sql: "DELETE FROM callback WHERE number = ?", arguments: [callback.number])
            case .failed(let error, let delay):
                try db.execute(
                    sql: "UPDATE callback SET \(end)",
                    arguments: [error, clock.now + delay.microseconds, callback.number, callback.attempts]
                )
            case .givenUp(let error):
                try db.execute(
                    sql: "UPDATE callback SET \(end)",
                    arguments: [error, nil, callback.number, callback.attempts]
                )
            }
        }
    }

    package func callbacks() async throws(StoreError) -> [Callback] {
        let now = clock.now
        return try await read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM callback ORDER BY number").map { row in
                CallbackRow(row).callback(at: now)
            }
        }
    }

    package func callbackCounts(limit: Int) async throws(StoreError) -> CallbackCounts {
        try await read { db in
            let row = try Row.fetchOne(db, sql: CallbackRow.counts, arguments: [limit])
            return CallbackCounts(waiting: row?["waiting"] ?? 0, failed: row?["failed"] ?? 0)
        }
    }

    package func resendCallback(_ number: Int64) async throws(StoreError) {
        try await write { [clock] db in
            try db.execute(
                // Due at once, also by the clock of a server that runs, which may be another.
                sql: "UPDATE callback SET attempts = 0, date_created = ?, due = 0 WHERE number = ? AND due IS NULL",
                arguments: [clock.now, number]
            )
            guard db.changesCount == 1 else { throw StoreError.notFound(.callback(number)) }
        }
    }
}

extension Database {
    func insert(_ callback: NewCallback, of account: AccountSID, at now: Int64) throws {
        try execute(
            sql: """
                INSERT INTO callback (account_sid, url, body, idempotency_token, attempts, date_created, due)
                VALUES (?, ?, ?, ?, 0, ?, ?)
                """,
            arguments: [
                account.text, callback.url, callback.body, callback.idempotencyToken, now, now,
            ]
        )
    }
}
