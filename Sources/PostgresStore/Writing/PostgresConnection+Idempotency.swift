import AssistantsStore

extension PostgresConnection {
    /// Runs `write` where its request has not been answered yet, and keeps the answer.
    ///
    /// The key comes first: a request that comes at the same time waits for this transaction's end.
    /// - Throws: `StoreError.idempotencyKeyReused`, `StoreError.requestUnderWay`, and what `write` throws.
    mutating func write<Value>(
        _ once: Once<Value>?,
        in account: AccountSID,
        _ write: (inout PostgresConnection) throws -> Value
    ) throws -> OnceResult<Value> {
        guard let once else { return .done(try write(&self)) }
        if let answer = try claim(once.request, in: account) { return .replayed(answer) }
        let value = try write(&self)
        if let answer = once.answer(value) { try self.answer(once.request.key, in: account, with: answer) }
        return .done(value)
    }

    /// Keeps the answer to a request that was under way.
    mutating func answer(_ key: String, in account: AccountSID, with answer: StoredAnswer) throws {
        _ = try run(
            "UPDATE idempotency_key SET status = $2::integer, body = $3 WHERE key_digest = $1 AND status IS NULL",
            [AccountDigest.bytes(of: key, in: account), answer.status, answer.body]
        )
    }

    /// Keeps a request's key, instead of one whose time is over.
    /// - Returns: the answer that was given to the request before; `nil` where it comes for the first time.
    private mutating func claim(_ request: IdempotentRequest, in account: AccountSID) throws -> StoredAnswer? {
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
}
