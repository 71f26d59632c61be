package import AssistantsStore

extension PostgresStore {
    package func create(_ account: Account, token: StoredAuthToken) async throws(StoreError) {
        try await write { connection in
            do {
                _ = try connection.run(
                    """
                    INSERT INTO account (sid, name, auth_token_digest, auth_token_sealed, date_created)
                    VALUES ($1, $2, $3, $4, $5::bigint)
                    """,
                    [
                        account.sid, account.name, token.digest, token.sealed,
                        account.dateCreated,
                    ]
                )
            } catch let error as PostgresError where error.isUniqueViolation {
                throw StoreError.accountExists(account.sid)
            }
        }
    }

    package func accounts() async throws(StoreError) -> [Account] {
        try await read { connection in
            let rows = try connection.run("SELECT sid, name, date_created FROM account ORDER BY date_created, sid")
            return rows.map { rows, row in
                Account(
                    sid: AccountSID(unchecked: rows.text(row, 0)),
                    name: rows.text(row, 1),
                    dateCreated: rows.timestamp(row, 2)
                )
            }
        }
    }

    package func sealedAuthToken(of account: AccountSID) async throws(StoreError) -> [UInt8] {
        try await read { connection in
            let row = try connection.run("SELECT auth_token_sealed FROM account WHERE sid = $1", [account])
            guard row.count > 0 else { throw StoreError.notFound(.account(account)) }
            return row.array(0, 0)
        }
    }

    package func setSecondaryAuthToken(
        _ token: StoredAuthToken?,
        of account: AccountSID
    ) async throws(StoreError) {
        try await write { connection in
            let result = try connection.run(
                "UPDATE account SET secondary_token_digest = $1, secondary_token_sealed = $2 WHERE sid = $3",
                [token?.digest, token?.sealed, account]
            )
            guard result.changes == 1 else { throw StoreError.notFound(.account(account)) }
        }
    }

    package func promoteSecondaryAuthToken(of account: AccountSID) async throws(StoreError) {
        try await write { connection in
            let owner = try connection.run("SELECT FROM account WHERE sid = $1", [account])
            guard owner.count > 0 else { throw StoreError.notFound(.account(account)) }
            let result = try connection.run(
                """
                UPDATE account SET auth_token_digest = secondary_token_digest, auth_token_sealed = secondary_token_sealed,
                    secondary_token_digest = NULL, secondary_token_sealed = NULL
                WHERE sid = $1 AND secondary_token_digest IS NOT NULL
                """,
                [account]
            )
            guard result.changes == 1 else { throw StoreError.secondaryAuthTokenNotFound(account) }
        }
    }

    package func close(_ account: AccountSID) async throws(StoreError) {
        try await write { connection in
            // No token has an empty digest.
            let closed = try connection.run(
                """
                UPDATE account SET auth_token_digest = '', auth_token_sealed = '',
                    secondary_token_digest = NULL, secondary_token_sealed = NULL
                WHERE sid = $1
                """,
                [account]
            )
            guard closed.changes == 1 else { throw StoreError.notFound(.account(account)) }
            _ = try connection.run("DELETE FROM api_key WHERE account_sid = $1", [account])
        }
    }

    package func delete(_ account: AccountSID) async throws(StoreError) {
        while try await deleteSomeSessions(of: account) {}
        // A turn that ends meanwhile adds a callback, so turns go first.
        for (table, key) in [
            (StoredTable.turn, "session_key"), (.callback, "session_key"), (.idempotencyKey, "key_digest"),
        ] {
            var last: [UInt8]? = []
            while let start = last { last = try await deleteSomeRows(of: account, in: table, by: key, after: start) }
        }
        try await write { connection in
            // Requests that were in flight may have added some. In a transaction of its own: behind one statement on many shards, Citus
            // changes no table that every node has.
            _ = try connection.run("DELETE FROM idempotency_key WHERE account_sid = $1", [account])
        }
        try await write { connection in
            _ = try connection.run("DELETE FROM assistant WHERE account_sid = $1", [account])
            // Policies and attachments go with their tools.
            _ = try connection.run("DELETE FROM tool WHERE account_sid = $1", [account])
            let deleted = try connection.run("DELETE FROM account WHERE sid = $1", [account])
            guard deleted.changes == 1 else { throw StoreError.notFound(.account(account)) }
        }
    }

    /// Deletes as many sessions as have 10,000 messages together, but at least one; their messages go with them.
    /// - Returns: whether there may be more.
    private func deleteSomeSessions(of account: AccountSID) async throws(StoreError) -> Bool {
        try await write { connection in
            let sessions = try connection.run(
                "SELECT session_key, last_position FROM session WHERE account_sid = $1 LIMIT 100",
                [account]
            )
            var messages: Int64 = 0
            for row in 0..<sessions.count where messages < 10_000 {
                // One by one, because on Citus each is on a shard of its own.
                try connection.deleteSession(sessions.array(row, 0))
                messages += sessions.integer(row, 1)
            }
            return sessions.count > 0
        }
    }

    /// Looks at the next rows of a table in the order of its primary key, which has no index by account, and deletes the account's.
    /// - Parameters:
    ///   - column: the first one of the primary key, a digest over the account and something of its own.
    ///   - key: behind which to look.
    /// - Returns: the last key that was looked at; `nil` at the end of the table.
    private func deleteSomeRows(
        of account: AccountSID,
        in table: StoredTable,
        by column: String,
        after key: [UInt8]
    ) async throws(StoreError) -> [UInt8]? {
        try await write { connection in
            let rows = try connection.run(
                """
                SELECT \(column), account_sid = $1 FROM \(table.rawValue) WHERE \(column) > $2::bytea
                ORDER BY \(column) LIMIT 1000
                """,
                [account, key]
            )
            var last: [UInt8]?
            for row in 0..<rows.count {
                let key = rows.array(row, 0)
                // All rows of a key are of one account.
                if key != last, rows.bool(row, 1) {
                    _ = try connection.run("DELETE FROM \(table.rawValue) WHERE \(column) = $1::bytea", [key])
                }
                last = key
            }
            return last
        }
    }

    package func credential(for userName: String) async throws(StoreError) -> StoredCredential? {
        let sql: String
        if AccountSID(userName) != nil {
            sql = "SELECT sid, auth_token_digest, secondary_token_digest, false FROM account WHERE sid = $1"
        } else if APIKeySID(userName) != nil {
            sql = "SELECT account_sid, secret_digest, NULL::bytea, read_only FROM api_key WHERE sid = $1"
        } else {
            return nil
        }
        let row = try await query(sql, [userName])
        guard row.result.count > 0 else { return nil }
        return StoredCredential(
            account: AccountSID(unchecked: row.result.text(0, 0)),
            digests: [row.result.array(0, 1), row.result.array(0, 2)].filter { !$0.isEmpty },
            isReadOnly: row.result.bool(0, 3)
        )
    }
}
