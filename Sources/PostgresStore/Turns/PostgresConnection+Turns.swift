import AssistantsStore

/// What turns do to the database, for `WriteTransaction`.
extension PostgresConnection {
    mutating func turnCount(of session: OpenSession<SessionKey>) throws -> Int {
        let row = try run(
            "SELECT count(*) FROM turn WHERE session_key = $1 AND session_number = $2::bigint",
            [session.handle.bytes, session.number.value]
        )
        return Int(row.integer(0, 0))
    }

    mutating func insert(
        _ turn: NewTurn,
        of account: AccountSID,
        in session: OpenSession<SessionKey>,
        position: Int64?,
        by worker: WorkerID,
        lease: Duration,
        idempotencyKey: String?
    ) throws {
        _ = try run(
            """
            INSERT INTO turn (\(StoredTurn.columns), worker, begun, lease_end)
            VALUES ($1, nextval('turn_number'), $2, $3, $4::bigint, $5, $6, $7, $8, $9, $10, $11, $12::bigint, $13,
                false, \(DatabaseClock.now) + $14::bigint)
            """,
            [
                session.handle.bytes, turn.id, account, session.number.value, session.id, turn.assistantID,
                turn.identity, turn.mode.rawValue, turn.webhook, idempotencyKey,
                position == nil ? turn.content.text : nil, position, worker, lease.microseconds,
            ]
        )
    }

    mutating func turn(_ id: TurnID, of worker: WorkerID) throws -> StoredTurn<SessionKey>? {
        let rows = try run("SELECT \(StoredTurn.columns) FROM turn WHERE id = $1 AND worker = $2", [id, worker])
        return rows.count > 0 ? StoredTurn(rows) : nil
    }

    mutating func remove(_ turn: StoredTurn<SessionKey>, of worker: WorkerID) throws -> Bool {
        try run(
            "DELETE FROM turn WHERE session_key = $1::bytea AND number = $2::bigint AND worker = $3",
            [turn.session.bytes, turn.number, worker]
        ).changes == 1
    }

    mutating func insert(_ callback: NewCallback, of turn: StoredTurn<SessionKey>) throws {
        _ = try run(
            """
            INSERT INTO callback
                (session_key, number, account_sid, url, body, idempotency_token, attempts, date_created, due)
            VALUES ($1, nextval('callback_number'), $2, $3, $4, $5, 0, \(DatabaseClock.now), \(DatabaseClock.now))
            """,
            [turn.session.bytes, turn.account, callback.url, callback.body, callback.idempotencyToken]
        )
    }

    static func damage(of turn: StoredTurn<SessionKey>) -> any Error {
        PostgresError(
            sqlState: "XX001",
            message:
                "turn \(turn.id) has a value that it cannot have, in \(turn.damagedColumns.joined(separator: ", "))"
        )
    }
}
