/// Spreads the tables over the servers of Citus, PostgreSQL's distributed form.
///
/// Every table that grows goes by its first column, all of them alike, so that a session's rows lie on one server together.
/// What is small and asked for by everyone is on every server.
enum Distribution {
    /// In the order in which they refer to each other.
    private static let everywhere = ["account", "api_key", "assistant"]
    private static let distributed = [
        ("session", by: "session_key"), ("message", by: "session_key"), ("turn", by: "session_key"),
        ("callback", by: "session_key"), ("idempotency_key", by: "key_digest"),
    ]

    /// Within a transaction. Safe to run again.
    /// - Throws: `DatabaseError.citusMissing`.
    static func run(_ connection: inout PostgresConnection) throws {
        do {
            try connection.execute("CREATE EXTENSION IF NOT EXISTS citus")
        } catch {
            guard error.sqlState != nil else { throw error }
            throw DatabaseError.citusMissing(reason: error.message)
        }
        let isDone = try connection.run("SELECT FROM pg_dist_partition WHERE logicalrelid = 'session'::regclass")
        guard isDone.count == 0 else { return }
        // One server after the other: tables that refer to each other cannot be made on several connections at once. And a
        // table can only be distributed while no other refers to it.
        try connection.execute(
            """
            SET LOCAL citus.multi_shard_modify_mode TO 'sequential';
            ALTER TABLE message DROP CONSTRAINT \(reference);
            """
        )
        for table in everywhere { try connection.execute("SELECT create_reference_table('\(table)')") }
        for (table, column) in distributed {
            let other = table == "session" ? "default" : "session"
            try connection.execute(
                "SELECT create_distributed_table('\(table)', '\(column)', colocate_with => '\(other)')"
            )
        }
        try connection.execute(
            """
            ALTER TABLE message ADD CONSTRAINT \(reference)
                FOREIGN KEY (session_key) REFERENCES session (session_key) ON DELETE CASCADE
            """
        )
    }

    private static let reference = "message_session_key_fkey"
}
