import AssistantsStore

/// Spreads the tables over the servers of Citus, PostgreSQL's distributed form.
///
/// Every table that grows goes by its first column, all of them alike, so that a session's rows lie on one server together.
/// What is small and asked for by everyone is on every server.
enum Distribution {
    /// Within a transaction. Safe to run again.
    /// - Throws: `PostgresDatabaseError.citusMissing`.
    static func run(_ connection: inout PostgresConnection) throws {
        do {
            try connection.execute("CREATE EXTENSION IF NOT EXISTS citus")
        } catch {
            guard error.sqlState != nil else { throw error }
            throw PostgresDatabaseError.citusMissing(reason: error.message)
        }
        // Citus knows a table, too, that only the coordinator has, if it refers to one that is everywhere.
        let done = try connection.run(
            "SELECT logicalrelid::text FROM pg_dist_partition WHERE partmethod <> 'n' OR repmodel = 't'"
        ).map { $0.text($1, 0) }
        let missing = StoredTable.allCases.filter { $0.distribution != .coordinator && !done.contains($0.rawValue) }
        try distributeTables(missing, &connection)
        guard !done.contains("search_terms") else { return }
        try connection.execute(
            "SELECT create_distributed_table('search_terms', 'session_key', colocate_with => 'session')"
        )
    }

    private static func distributeTables(_ missing: [StoredTable], _ connection: inout PostgresConnection) throws {
        guard missing.contains(.session) else { return try distribute(missing, &connection) }
        // One server after the other: tables that refer to each other cannot be made on several connections at once. And a
        // table can only be distributed while no other refers to it.
        try connection.execute(
            """
            SET LOCAL citus.multi_shard_modify_mode TO 'sequential';
            ALTER TABLE message DROP CONSTRAINT \(reference);
            """
        )
        try distribute(missing, &connection)
        try connection.execute(
            """
            ALTER TABLE message ADD CONSTRAINT \(reference)
                FOREIGN KEY (session_key) REFERENCES session (session_key) ON DELETE CASCADE
            """
        )
    }

    /// Whether the words of messages are on the servers that have the messages, which an upgrade leaves to `run`.
    /// - Throws: `PostgresDatabaseError.searchNotDistributed`.
    static func checkSearchTerms(_ connection: inout PostgresConnection) throws {
        guard !(try connection.run("SELECT to_regclass('pg_dist_partition')")).isNull(0, 0) else { return }
        let count = try connection.run(
            "SELECT count(*) FROM pg_dist_partition WHERE logicalrelid IN ('session'::regclass, 'search_terms'::regclass)"
        ).integer(0, 0)
        guard count != 1 else { throw PostgresDatabaseError.searchNotDistributed }
    }

    /// The parts of the sessions by ascending hashes, as every node of a cluster tells them, and the number of the node that was
    /// asked. No parts where nothing is distributed, or the node is a replica, which may be behind.
    static func shards(_ connection: inout PostgresConnection) throws(PostgresError) -> (shards: [Shard], node: Int64) {
        guard
            !(try connection.run("SELECT pg_is_in_recovery()").bool(0, 0)),
            !(try connection.run("SELECT to_regclass('pg_dist_placement')")).isNull(0, 0)
        else { return ([], 0) }
        let rows = try connection.run(
            """
            SELECT shardid, shardminvalue::integer, groupid FROM pg_dist_shard JOIN pg_dist_placement USING (shardid)
            WHERE logicalrelid = to_regclass('session') ORDER BY shardminvalue::integer, groupid
            """
        )
        let shards = rows.map { rows, row in
            Shard(id: rows.integer(row, 0), lowestHash: Int32(rows.integer(row, 1)), node: rows.integer(row, 2))
        }
        return (shards, try connection.run("SELECT groupid FROM pg_dist_local_group").integer(0, 0))
    }

    /// The numbers of the nodes that get every change of the cluster's metadata and of the tables that are everywhere, as the coordinator
    /// tells them. A node that is disabled keeps what it had.
    static func currentNodes(_ connection: inout PostgresConnection) throws(PostgresError) -> Set<Int64> {
        guard !(try connection.run("SELECT to_regclass('pg_dist_node')")).isNull(0, 0) else { return [] }
        let rows = try connection.run(
            "SELECT groupid FROM pg_dist_node WHERE isactive AND metadatasynced AND noderole = 'primary'"
        )
        return Set(rows.map { rows, row in rows.integer(row, 0) })
    }

    private static func distribute(_ tables: [StoredTable], _ connection: inout PostgresConnection) throws {
        for table in tables {
            switch table.distribution {
            case .coordinator: break
            case .everywhere: try connection.execute("SELECT create_reference_table('\(table.rawValue)')")
            case .by(let column):
                let other = table == .session ? "default" : "session"
                try connection.execute(
                    "SELECT create_distributed_table('\(table.rawValue)', '\(column)', colocate_with => '\(other)')"
                )
            }
        }
    }

    private static let reference = "message_session_key_fkey"
}

extension StoredTable {
    fileprivate enum Distribution: Equatable {
        /// The coordinator alone has it.
        case coordinator
        /// Every server has all of it.
        case everywhere
        /// Each server has the rows with certain values of a column.
        case by(String)
    }

    fileprivate var distribution: Distribution {
        switch self {
        case .setting, .number: .coordinator
        case .session, .message, .turn, .callback: .by("session_key")
        case .idempotencyKey: .by("key_digest")
        // What an account owns is small, and asked for by everyone.
        default: .everywhere
        }
    }
}
