package import AssistantsStore

extension PostgresStore {
    /// Value: how many.
    static let dueCallbacks = """
        SELECT session_key, number, attempts FROM callback WHERE due <= \(DatabaseClock.now) ORDER BY due LIMIT $1::bigint
        """

    /// Values: session key, number, attempts so far, and the lease in microseconds. The age follows from the new due time: Citus
    /// refuses behind RETURNING what the clock decides.
    static let takeCallback = """
        UPDATE callback SET attempts = attempts + 1, due = \(DatabaseClock.now) + $4::bigint
        WHERE session_key = $1::bytea AND number = $2::bigint AND attempts = $3::integer AND due IS NOT NULL
        RETURNING \(Callback.columns(at: "due - $4::bigint"))
        """

    /// How many are to be tried. Value: how many to count.
    static let waitingCallbacks = """
        SELECT count(*) FROM (SELECT due FROM callback WHERE due IS NOT NULL ORDER BY due LIMIT $1::bigint) AS waiting
        """

    /// How many were given up. Value: how many of the oldest to look at.
    static let failedCallbacks = """
        SELECT count(*) FROM (SELECT due FROM callback ORDER BY number LIMIT $1::bigint) AS oldest WHERE due IS NULL
        """

    package func takeCallbacks(limit: Int, lease: Duration) async throws(StoreError) -> [Callback] {
        let due = try await read { connection in
            let rows = try connection.run(Self.dueCallbacks, [limit])
            return rows.map { ($0.array($1, 0), $0.integer($1, 1), $0.integer($1, 2)) }
        }
        var taken: [Callback] = []
        let start = ContinuousClock.now
        for (key, number, attempts) in due {
            // The first ones are sent only when this returns, and their leases run meanwhile.
            guard taken.isEmpty || start.duration(to: .now) < .seconds(1) else { break }
            do throws(StoreError) {
                taken += try await write { connection in
                    // One that another server has taken meanwhile has more attempts. Locking all of them at once cannot be done
                    // across the shards of a distributed table.
                    let rows = try connection.run(Self.takeCallback, [key, number, attempts, lease.microseconds])
                    return rows.map { Callback($0, $1) }
                }
            } catch {
                // An attempt of each that was taken has been counted: they are the caller's.
                guard !taken.isEmpty else { throw error }
                break
            }
        }
        return taken
    }

    package func record(_ attempt: CallbackAttempt, of callback: Callback) async throws(StoreError) {
        try await write { connection in
            let number = callback.number
            let (error, delay): (String, Int64?)
            switch attempt {
            case .delivered:
                _ = try connection.run("DELETE FROM callback WHERE number = $1::bigint", [number])
                return
            case .failed(let reason, let wait): (error, delay) = (reason, wait.microseconds)
            case .givenUp(let reason): (error, delay) = (reason, nil)
            }
            _ = try connection.run(
                """
                UPDATE callback SET last_error = $3, due = \(DatabaseClock.now) + $4::bigint
                WHERE number = $1::bigint AND attempts = $2::integer
                """,
                [number, callback.attempts, error, delay]
            )
        }
    }

    package func callbacks() async throws(StoreError) -> [Callback] {
        try await read { connection in
            let columns = Callback.columns(at: DatabaseClock.now)
            let rows = try connection.run("SELECT \(columns) FROM callback ORDER BY number")
            return rows.map { Callback($0, $1) }
        }
    }

    package func callbackCounts(limit: Int) async throws(StoreError) -> CallbackCounts {
        try await readOneState { connection in
            CallbackCounts(
                waiting: Int(try connection.run(Self.waitingCallbacks, [limit]).integer(0, 0)),
                failed: Int(try connection.run(Self.failedCallbacks, [limit]).integer(0, 0))
            )
        }
    }

    package func resendCallback(_ number: Int64) async throws(StoreError) {
        try await write { connection in
            let result = try connection.run(
                """
                UPDATE callback SET attempts = 0, date_created = \(DatabaseClock.now), due = \(DatabaseClock.now)
                WHERE number = $1::bigint AND due IS NULL
                """,
                [number]
            )
            guard result.changes == 1 else { throw StoreError.notFound(.callback(number)) }
        }
    }
}

extension Callback {
    /// - Parameter now: the SQL of the moment at which the callback has its age.
    fileprivate static func columns(at now: String) -> String {
        """
        number, account_sid, url, body, idempotency_token, attempts, due, last_error, date_created, \(now) - date_created
        """
    }

    /// Of the columns that `columns` names.
    fileprivate init(_ rows: borrowing PostgresResult, _ row: Int) {
        self.init(
            number: rows.integer(row, 0),
            account: AccountSID(unchecked: rows.text(row, 1)),
            content: NewCallback(url: rows.text(row, 2), body: rows.text(row, 3), idempotencyToken: rows.text(row, 4)),
            attempts: Int(rows.integer(row, 5)),
            lastError: rows.isNull(row, 7) ? nil : rows.text(row, 7),
            dateCreated: rows.timestamp(row, 8),
            due: rows.isNull(row, 6) ? nil : rows.timestamp(row, 6),
            age: .microseconds(rows.integer(row, 9))
        )
    }
}
