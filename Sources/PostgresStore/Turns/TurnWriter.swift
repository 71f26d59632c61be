import AssistantsStore

/// Finds and begins turns, within a transaction that the caller has begun.
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
        // A session that others keep locked is tried again; the turns that have been begun before it wait to be run. A beginning need
        // not wait for the disk: if a crash undoes it, the turn begins again.
        try connection.execute("SET LOCAL lock_timeout = '1s'; SET LOCAL synchronous_commit = off")
        let rows = try connection.run(
            """
            SELECT \(StoredTurn.columns) FROM turn
            WHERE session_key = $2::bytea AND number = $3::bigint AND \(isOpen)
            FOR UPDATE SKIP LOCKED
            """,
            [worker, key.bytes, number]
        )
        guard rows.count > 0 else { return nil }
        var turn = StoredTurn(rows)
        var isDamaged = turn.isDamaged
        if let content = turn.content {
            // A message that a client has read must survive a crash.
            try connection.execute("SET LOCAL synchronous_commit TO DEFAULT; SAVEPOINT message")
            do {
                turn.position = try connection.storeMessage(content, of: turn, at: date)
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
            [turn.session.bytes, turn.number, turn.position, worker, lease.microseconds]
        )
        return turn.turn(isDamaged: isDamaged)
    }

    /// Whether it comes of what is stored, so that it would come again; what the server or the network causes may pass.
    private static func isOfData(_ error: any Error) -> Bool {
        switch StoreError(error) {
        case .unavailable: false
        case .fault(let error as PostgresError): error.isOfData
        default: true
        }
    }
}
