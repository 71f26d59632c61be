extension Migrator {
    /// The name that this program's connections have in `pg_stat_activity`. Those of versions before the fifth migration are
    /// called `understudy`.
    static let applicationName = "understudy schema \(Schema.migrations.count)"

    /// The setting that says what has been filled; a copy leaves it out, for it fills by itself.
    static let finishSetting = "session_deletions_counted"

    /// Value: `finishSetting`. A row, if `finish` has run.
    static let finished = "SELECT FROM setting WHERE name = $1"

    /// How many messages a row of `session` has lost to deletions, by those that are there.
    static let deletions = """
        last_position - (SELECT count(*) FROM message WHERE message.session_key = session.session_key)
        """

    /// Fills what servers of earlier versions left empty, once none of them runs any more. Others may read and write meanwhile,
    /// and it is safe to run again: what is finished is not counted again, which would hide losses.
    /// - Throws: `PostgresDatabaseError.earlierServers`.
    func finish(_ connection: inout PostgresConnection) throws {
        try check(&connection)
        try withMigrationLock(&connection) { connection in
            guard try !Self.isFinished(&connection) else { return }
            try Self.checkNoEarlierServers(&connection)
            // Losing these commits is harmless: the commit at the end makes them durable, and without it everything is counted again.
            try connection.execute("SET synchronous_commit = off")
            var last: [UInt8] = []
            while case let keys = try Self.sessionKeys(after: last, &connection), let next = keys.last {
                for key in keys { try Self.countDeletions(of: key, &connection) }
                last = next
            }
            try connection.execute("RESET synchronous_commit")
            try connection.transaction { connection in
                // An earlier server may have reconnected meanwhile.
                try Self.checkNoEarlierServers(&connection)
                try Self.recordFinish(&connection)
            }
        }
    }

    /// Whether nothing is left for `finish` to do.
    static func isFinished(_ connection: inout PostgresConnection) throws -> Bool {
        try connection.run(finished, [finishSetting]).count > 0
    }

    static func recordFinish(_ connection: inout PostgresConnection) throws {
        _ = try connection.run("INSERT INTO setting (name, value) VALUES ($1, '')", [finishSetting])
    }

    private static func sessionKeys(after key: [UInt8], _ connection: inout PostgresConnection) throws -> [[UInt8]] {
        try connection.run(
            "SELECT session_key FROM session WHERE session_key > $1::bytea ORDER BY session_key LIMIT 1000",
            [key]
        ).map { $0.array($1, 0) }
    }

    private static func countDeletions(of session: [UInt8], _ connection: inout PostgresConnection) throws {
        try connection.transaction { connection in
            // Locked by a statement of its own: the one that counts must have begun after the last change was committed.
            _ = try connection.run("SELECT FROM session WHERE session_key = $1::bytea FOR UPDATE", [session])
            _ = try connection.run(
                """
                UPDATE session SET deletions = \(deletions)
                WHERE session_key = $1::bytea AND deletions IS DISTINCT FROM \(deletions)
                """,
                [session]
            )
        }
    }

    private static func checkNoEarlierServers(_ connection: inout PostgresConnection) throws {
        let count = try connection.run(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name <> $1
                AND (application_name = 'understudy' OR application_name LIKE 'understudy schema %')
            """,
            [applicationName]
        ).integer(0, 0)
        guard count == 0 else { throw PostgresDatabaseError.earlierServers(connections: Int(count)) }
    }
}
