import AssistantsStore

/// What turns do to the database, within a transaction that the caller has begun.
enum TurnWriter {
    /// What makes a turn a worker's to begin. Value: the worker.
    private static let isOpen = "(lease_end <= \(DatabaseClock.now) OR (worker = $1 AND NOT begun))"

    /// Values: the worker, the number behind which to look, and how many.
    static let ready = """
        SELECT session_key, number FROM turn
        WHERE \(isOpen) AND number > $2::bigint
            AND NOT EXISTS (
                SELECT FROM turn AS earlier
                WHERE earlier.session_key = turn.session_key AND earlier.session_number = turn.session_number
                    AND earlier.number < turn.number
            )
        ORDER BY number LIMIT $3::bigint
        """

    /// Values: the worker, the ids of the turns that it is running, with line breaks between them, and the lease.
    static let renewal = """
        UPDATE turn SET lease_end = \(DatabaseClock.now) + $3::bigint
        WHERE worker = $1 AND (NOT begun OR id = ANY (string_to_array($2, E'\\n')))
        """

    /// The keys and numbers of turns that a worker may begin, the first of their sessions, in the order of their arrival.
    /// None is locked, for that cannot be done across the shards of a distributed table.
    static func ready(
        for worker: WorkerID,
        after number: Int64,
        limit: Int,
        _ connection: inout PostgresConnection
    ) throws -> [(key: SessionKey, number: Int64)] {
        let rows = try connection.run(ready, [worker, number, limit])
        return rows.map { (SessionKey(bytes: $0.array($1, 0)), $0.integer($1, 1)) }
    }

    /// Gives a turn that was found ready to a worker, and stores its message where that waited, unless the session was
    /// deleted.
    /// - Returns: `nil` where another worker has begun it meanwhile, or is just doing so.
    static func begin(
        _ number: Int64,
        of key: SessionKey,
        as worker: WorkerID,
        lease: Duration,
        at date: Timestamp,
        _ connection: inout PostgresConnection
    ) throws -> Turn? {
        // A session that others keep locked is tried again; the turns that have been begun before it wait to be run.
        try connection.execute("SET LOCAL lock_timeout = '1s'")
        let rows = try connection.run(
            """
            SELECT \(TurnRow.columns) FROM turn
            WHERE session_key = $2::bytea AND number = $3::bigint AND \(isOpen)
            FOR UPDATE SKIP LOCKED
            """,
            [worker, key.bytes, number]
        )
        guard rows.count > 0 else { return nil }
        let row = TurnRow(rows, 0)
        var isDamaged = row.isDamaged
        var position = isDamaged ? nil : row.position
        if !isDamaged, let content = row.content {
            try connection.execute("SAVEPOINT message")
            do {
                if try hasSession(of: row, &connection) {
                    let draft = row.draft(.user, content)
                    position = try connection.append(draft, to: row.session, in: row.account, at: date).lastPosition
                }
            } catch {
                guard isOfData(error) else { throw error }
                try connection.execute("ROLLBACK TO SAVEPOINT message")
                isDamaged = true
            }
        }
        _ = try connection.run(
            """
            UPDATE turn SET content = NULL, position = $3::bigint, worker = $4, begun = true,
                lease_end = \(DatabaseClock.now) + $5::bigint
            WHERE session_key = $1 AND number = $2::bigint
            """,
            [row.key.bytes, row.number, position, worker, lease.microseconds]
        )
        return row.turn(at: position, isDamaged: isDamaged)
    }

    /// Whether it comes of what is stored, so that it would come again; what the server or the network causes may pass.
    private static func isOfData(_ error: any Error) -> Bool {
        switch StoreError(error) {
        case .unavailable: false
        case .fault(let error as PostgresError): error.isOfData
        default: true
        }
    }

    /// Removes the turn and stores what it ends with.
    static func finish(
        _ turn: TurnID,
        as worker: WorkerID,
        with end: TurnEnd,
        _ connection: inout PostgresConnection
    ) throws {
        let rows = try connection.run(
            "SELECT \(TurnRow.columns) FROM turn WHERE id = $1 AND worker = $2",
            [turn, worker]
        )
        guard rows.count > 0 else { throw StoreError.turnLost }
        let row = TurnRow(rows, 0)
        // The session first, which somebody may have locked for long: the renewal of all leases waits for a turn that is locked.
        if end.reply != nil, try !hasSession(of: row, &connection) { throw StoreError.sessionNotFound }
        let removed = try connection.run(
            "DELETE FROM turn WHERE session_key = $1::bytea AND number = $2::bigint AND worker = $3",
            [row.key.bytes, row.number, worker]
        )
        guard removed.changes == 1 else { throw StoreError.turnLost }
        if let reply = end.reply {
            let draft = row.draft(.assistant, reply, meta: end.meta)
            _ = try connection.append(draft, to: row.session, in: row.account, at: end.date)
        }
        if let key = row.idempotencyKey, let answer = end.answer {
            try connection.answer(key, in: row.account, with: answer)
        }
        if let callback = end.callback { try connection.insert(callback, of: row) }
    }

    /// Whether the turn's session is still there, which it then is until the transaction ends.
    private static func hasSession(of row: TurnRow, _ connection: inout PostgresConnection) throws -> Bool {
        let found = try connection.run(
            "SELECT FROM session WHERE session_key = $1 AND number = $2::bigint FOR UPDATE",
            [row.key.bytes, row.sessionNumber.value]
        )
        return found.count > 0
    }
}

extension PostgresConnection {
    mutating func requireAssistant(_ id: AssistantID, in account: AccountSID) throws {
        _ = try fetch(Assistant.self, id, in: account)
    }

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
            INSERT INTO turn (\(TurnRow.columns), worker, begun, lease_end)
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
}
