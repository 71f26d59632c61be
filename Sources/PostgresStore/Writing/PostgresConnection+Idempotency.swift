import AssistantsStore

extension PostgresConnection {
    /// Inserts the key: a request that comes at the same time waits for this transaction's end.
    mutating func claim(_ request: IdempotentRequest, in account: AccountSID) throws -> StoredAnswer? {
        let digest = AccountDigest.bytes(of: request.key, in: account)
        let claimed = try run(
            """
            INSERT INTO idempotency_key (key_digest, account_sid, key, digest, status, body, date_created)
            VALUES ($1, $2, $3, $4, NULL, '', \(DatabaseClock.now))
            ON CONFLICT (key_digest) DO UPDATE
                SET digest = excluded.digest, status = NULL, body = '', date_created = excluded.date_created
                WHERE idempotency_key.date_created <= excluded.date_created - $5::bigint
            """,
            [digest, account, request.key, request.digest, request.lifetime.microseconds]
        )
        if claimed.changes == 1 { return nil }
        let row = try run("SELECT digest, status, body FROM idempotency_key WHERE key_digest = $1", [digest])
        guard row.count > 0 else { throw PostgresError(sqlState: "40001", message: "the key was removed meanwhile") }
        guard row.array(0, 0) == request.digest else { throw StoreError.idempotencyKeyReused }
        guard !row.isNull(0, 1) else { throw StoreError.requestUnderWay }
        return StoredAnswer(status: Int(row.integer(0, 1)), body: row.array(0, 2))
    }

    mutating func keep(_ answer: StoredAnswer?, to request: IdempotentRequest, in account: AccountSID) throws {
        if let answer { try self.answer(request.key, in: account, with: answer) }
    }

    /// Keeps the answer to a request that was under way.
    mutating func answer(_ key: String, in account: AccountSID, with answer: StoredAnswer) throws {
        _ = try run(
            "UPDATE idempotency_key SET status = $2::integer, body = $3 WHERE key_digest = $1 AND status IS NULL",
            [AccountDigest.bytes(of: key, in: account), answer.status, answer.body]
        )
    }
}
