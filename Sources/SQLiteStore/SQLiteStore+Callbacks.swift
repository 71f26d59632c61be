package import AssistantsStore
import GRDB

extension SQLiteStore {
    package func takeCallbacks(
        limit: Int,
        at now: Timestamp,
        lease: Int64
    ) async throws(StoreError) -> [Callback] {
        let due = "SELECT number FROM callback WHERE due <= ? ORDER BY due LIMIT ?"
        // Looked for without writing, for mostly there is nothing.
        guard try await read({ db in try Int64.fetchOne(db, sql: due, arguments: [now.microseconds, 1]) != nil }) else {
            return []
        }
        return try await write { db in
            try Row.fetchAll(
                db,
                sql: "UPDATE callback SET attempts = attempts + 1, due = ? WHERE number IN (\(due)) RETURNING *",
                arguments: [now.microseconds + lease, now.microseconds, limit]
            ).map(Callback.init)
        }
    }

    package func record(_ attempt: CallbackAttempt, of callback: Callback) async throws(StoreError) {
        try await write { db in
            let end = "last_error = ?, due = ? WHERE number = ? AND attempts = ?"
            switch attempt {
            case .delivered:
                try db.execute(sql: "DELETE FROM callback WHERE number = ?", arguments: [callback.number])
            case .failed(let error, let retry):
                try db.execute(
                    sql: "UPDATE callback SET \(end)",
                    arguments: [error, retry.microseconds, callback.number, callback.attempts]
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
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM callback ORDER BY number").map(Callback.init)
        }
    }

    package func resendCallback(_ number: Int64, at now: Timestamp) async throws(StoreError) {
        try await write { db in
            try db.execute(
                sql: "UPDATE callback SET attempts = 0, date_created = ?, due = ? WHERE number = ? AND due IS NULL",
                arguments: [now.microseconds, now.microseconds, number]
            )
            guard db.changesCount == 1 else { throw StoreError.callbackNotFound(number) }
        }
    }
}

extension Database {
    func insert(_ callback: NewCallback, of account: AccountSID, at date: Timestamp) throws {
        try execute(
            sql: """
                INSERT INTO callback (account_sid, url, body, idempotency_token, attempts, date_created, due)
                VALUES (?, ?, ?, ?, 0, ?, ?)
                """,
            arguments: [
                account.text, callback.url, callback.body, callback.idempotencyToken, date.microseconds,
                date.microseconds,
            ]
        )
    }
}

extension Callback {
    init(_ row: Row) throws {
        try self.init(
            number: row.value("number"),
            account: AccountSID(unchecked: row.value("account_sid")),
            content: NewCallback(
                url: row.value("url"),
                body: row.value("body"),
                idempotencyToken: row.value("idempotency_token")
            ),
            attempts: row.value("attempts"),
            isFailed: row.value("due") as Int64? == nil,
            lastError: row.value("last_error"),
            dateCreated: Timestamp(microseconds: row.value("date_created"))
        )
    }
}
