package import AssistantsStore

extension PostgresStore {
    package func collectGarbage() async throws(StoreError) {
        let limit = 1_000
        let end = Timestamp.now.microseconds - IdempotentRequest.lifetime
        var removed: Int
        repeat {
            removed = try await write { connection in
                // Rows that another server is removing are left to it.
                try connection.run(
                    """
                    DELETE FROM idempotency_key WHERE key_digest IN (
                        SELECT key_digest FROM idempotency_key WHERE date_created <= $1::bigint
                        LIMIT $2::bigint FOR UPDATE SKIP LOCKED
                    )
                    """,
                    [end, limit]
                ).changes
            }
        } while removed == limit
    }
}
