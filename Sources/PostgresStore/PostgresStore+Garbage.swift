package import AssistantsStore

extension PostgresStore {
    package func collectGarbage(keeping retention: Retention) async throws(StoreError) {
        let limit = 1_000
        let age = retention.idempotencyKeys.microseconds
        var removed: Int
        repeat {
            removed = try await write { connection in
                // The dates bound how many go at once: a distributed table's rows cannot be removed by a LIMIT.
                let oldest = try connection.run(
                    """
                    SELECT date_created FROM idempotency_key
                    WHERE date_created <= \(DatabaseClock.now) - $1::bigint
                    ORDER BY date_created LIMIT $2::bigint
                    """,
                    [age, limit]
                )
                guard oldest.count > 0 else { return 0 }
                return try connection.run(
                    "DELETE FROM idempotency_key WHERE date_created <= $1::bigint",
                    [oldest.integer(oldest.count - 1, 0)]
                ).changes
            }
        } while removed >= limit
    }
}
