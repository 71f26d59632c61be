package import AssistantsStore
import GRDB

extension SQLiteStore {
    package func collectGarbage(keeping retention: Retention) async throws(StoreError) {
        while try await removeSomeMessagesOfDeletedSession() {}
        while try await removeSomeIdempotencyKeys(olderThan: retention.idempotencyKeys) {}
        while try await removeSomeFailedCallbacks(olderThan: retention.failedCallbacks) {}
        try await settleSessions()
        try await truncateLargeLog()
    }

    /// Settles as many sessions as are unsettled now: others may be unsettled as fast as they are settled.
    private func settleSessions() async throws(StoreError) {
        // Account by account, because the index begins with it.
        let unsettled = """
            SELECT session.number FROM account CROSS JOIN session INDEXED BY session_by_activity
            ON session.account_sid = account.sid AND session.settled_activity IS NULL
            """
        let count = try await read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM (\(unsettled))") ?? 0 }
        let limit = 250
        // An idle server does not write.
        for start in stride(from: 0, to: count, by: limit) {
            let isLast = start + limit >= count
            try await write { [statements] db in
                try db.execute(
                    sql: "\(SessionStatements.settlement) number IN (\(unsettled) LIMIT ?)",
                    arguments: [limit]
                )
                if isLast { statements.sessions.noteAllSettled() }
            }
        }
    }

    /// - Returns: whether there may be more.
    private func removeSomeIdempotencyKeys(olderThan age: Duration) async throws(StoreError) -> Bool {
        let limit = 1_000
        let end = clock.now - age.microseconds
        let old = "SELECT number FROM idempotency_key WHERE date_created <= ? LIMIT ?"
        // An idle server does not write.
        guard try await read({ db in try Int64.fetchOne(db, sql: old, arguments: [end, 1]) != nil }) else {
            return false
        }
        return try await write { db in
            try db.execute(sql: "DELETE FROM idempotency_key WHERE number IN (\(old))", arguments: [end, limit])
            return db.changesCount == limit
        }
    }

    /// Looks at the callbacks with the lowest numbers alone, which are the oldest but for those that were resent: there is no
    /// index of those that were given up.
    /// - Returns: whether there may be more.
    private func removeSomeFailedCallbacks(olderThan age: Duration) async throws(StoreError) -> Bool {
        let end = clock.now - age.microseconds
        let old = """
            SELECT number FROM (SELECT number, due, date_created FROM callback ORDER BY number LIMIT ?)
            WHERE due IS NULL AND date_created <= ?
            """
        let arguments: StatementArguments = [1_000, end]
        // An idle server does not write.
        guard try await read({ db in try Int64.fetchOne(db, sql: old, arguments: arguments) != nil }) else {
            return false
        }
        return try await write { db in
            try db.execute(sql: "DELETE FROM callback WHERE number IN (\(old))", arguments: arguments)
            return db.changesCount > 0
        }
    }

    /// - Returns: whether there may be more.
    private func removeSomeMessagesOfDeletedSession() async throws(StoreError) -> Bool {
        let found = try await read { db in
            try Row.fetchOne(
                db,
                // A damaged number does not delete what another session has.
                sql: """
                    SELECT number, account_sid FROM deleted_session
                    WHERE number NOT IN (SELECT number FROM session) LIMIT 1
                    """
            ).map { row in
                // Those of earlier versions have none: at that time, there was no index.
                let account: String? = try row.value("account_sid")
                return (
                    number: SessionNumber(try row.value("number")), account: account.map(AccountSID.init(unchecked:))
                )
            }
        }
        guard let (number, account) = found else { return false }
        try await write { [statements] db in
            if try !db.deleteMessages(ofDeleted: number, of: account, statements) {
                try db.execute(sql: "DELETE FROM deleted_session WHERE number = ?", arguments: [number.value])
            }
        }
        return true
    }
}

extension Database {
    /// Removes messages of a session whose row is gone: as many as a short transaction can.
    /// - Parameter account: that of the session, if it is known.
    /// - Returns: whether more are left.
    func deleteMessages(
        ofDeleted session: SessionNumber,
        of account: AccountSID?,
        _ statements: WriteStatements
    ) throws -> Bool {
        let limit = 1_000
        let keys = try Int64.fetchAll(
            self,
            sql: "SELECT key FROM message WHERE key > ? AND key < ? ORDER BY key LIMIT ?",
            arguments: [MessageKey(session, position: 0).value, MessageKey.end(of: session).value, limit]
        )
        // Their words are noted until the commit.
        var bytesLeft = 8 << 20
        for key in keys {
            guard bytesLeft > 0 else { return true }
            let deletion = try cachedStatement(sql: "DELETE FROM message WHERE key = ? RETURNING content")
            guard let message = try Row.fetchOne(deletion, arguments: [key]) else { continue }
            var row = DoubtfulRow(message)
            let content = row.text("content")
            bytesLeft -= content.utf8.count
            guard let account else { continue }
            try statements.search.remove(JSONObject(unchecked: content), at: MessageKey(key), of: account)
        }
        return keys.count == limit
    }
}
