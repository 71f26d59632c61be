package import AssistantsStore

extension PostgresStore {
    package func collectGarbage(keeping retention: Retention) async throws(StoreError) {
        while try await removeSomeIdempotencyKeys(olderThan: retention.idempotencyKeys) {}
        while try await removeSomeFailedCallbacks(olderThan: retention.failedCallbacks) {}
    }

    /// - Returns: whether there may be more.
    private func removeSomeIdempotencyKeys(olderThan age: Duration) async throws(StoreError) -> Bool {
        let limit = 1_000
        return try await write { connection in
            // The dates bound how many go at once: a distributed table's rows cannot be removed by a LIMIT.
            let oldest = try connection.run(
                """
                SELECT date_created FROM idempotency_key
                WHERE date_created <= \(DatabaseClock.now) - $1::bigint
                ORDER BY date_created LIMIT $2::bigint
                """,
                [age.microseconds, limit]
            )
            guard oldest.count > 0 else { return false }
            return try connection.run(
                "DELETE FROM idempotency_key WHERE date_created <= $1::bigint",
                [oldest.integer(oldest.count - 1, 0)]
            ).changes >= limit
        }
    }

    /// Looks at the callbacks with the lowest numbers alone, which are the oldest but for those that were resent: there is no
    /// index of those that were given up.
    /// - Returns: whether there may be more.
    private func removeSomeFailedCallbacks(olderThan age: Duration) async throws(StoreError) -> Bool {
        try await write { connection in
            let first = try connection.run("SELECT number FROM callback ORDER BY number LIMIT $1::bigint", [1_000])
            guard first.count > 0 else { return false }
            return try connection.run(
                """
                DELETE FROM callback WHERE number <= $1::bigint AND due IS NULL
                    AND date_created <= \(DatabaseClock.now) - $2::bigint
                """,
                [first.integer(first.count - 1, 0), age.microseconds]
            ).changes > 0
        }
    }
}
