extension Migrator {
    /// The name that this program's connections have in `pg_stat_activity`. Those of versions before the fifth migration are
    /// called `understudy`.
    static let applicationName = "understudy schema \(Schema.migrations.count)"

    /// What servers of earlier versions leave empty.
    enum Filling: String, CaseIterable {
        /// The raw value is the name of the setting that says that it has been filled. A copy leaves it out, for it fills by itself.
        case deletions = "session_deletions_counted"
        case lastActivity = "session_activity_filled"

        /// Its right value in a row of `session`.
        fileprivate var value: String {
            switch self {
            case .deletions: Migrator.deletions
            case .lastActivity: Migrator.lastActivity
            }
        }

        var column: String {
            switch self {
            case .deletions: "deletions"
            case .lastActivity: "last_activity"
            }
        }
    }

    /// Value: the settings of some `Filling`s. Those that `finish` has filled.
    static let finished = "SELECT name FROM setting WHERE name = ANY ($1::text[])"

    /// How many messages a row of `session` has lost to deletions, by those that are there.
    static let deletions = """
        last_position - (SELECT count(*) FROM message WHERE message.session_key = session.session_key)
        """

    /// When a session was last active, if servers of earlier versions may have written to it: the latest date of its messages is the
    /// best that is known, unless a client gave one that is yet to come.
    private static let lastActivity = "greatest(last_activity, least(date_updated, \(DatabaseClock.now)))"

    /// The same for a copy, which reads it twice: the time at which it is read does not count.
    static let knownActivity = """
        greatest(last_activity, CASE WHEN date_updated <= \(DatabaseClock.now) THEN date_updated ELSE 0 END)
        """

    /// Fills what servers of earlier versions left empty, once none of them runs any more. Others may read and write meanwhile,
    /// and it is safe to run again: what is finished is not filled again; counting deletions again would hide losses.
    /// - Throws: `PostgresDatabaseError.earlierServers`.
    func finish(_ connection: inout PostgresConnection) throws {
        try check(&connection)
        try withMigrationLock(&connection) { connection in
            let fillings = try Self.unfinished(&connection)
            guard !fillings.isEmpty else { return }
            try Self.checkNoEarlierServers(&connection)
            // Losing these commits is harmless: the commit at the end makes them durable, and without it everything is filled again.
            try connection.execute("SET synchronous_commit = off")
            var last: [UInt8] = []
            while case let keys = try Self.sessionKeys(after: last, &connection), let next = keys.last {
                for key in keys { try Self.fill(fillings, in: key, &connection) }
                last = next
            }
            try connection.execute("RESET synchronous_commit")
            try connection.transaction { connection in
                // An earlier server may have reconnected meanwhile.
                try Self.checkNoEarlierServers(&connection)
                try Self.recordFinish(of: fillings, &connection)
            }
        }
    }

    /// What is left for `finish` to do.
    static func unfinished(_ connection: inout PostgresConnection) throws -> [Filling] {
        let names = TextArray(Filling.allCases.map(\.rawValue))
        let found = try connection.run(finished, [names]).map { $0.text($1, 0) }
        return Filling.allCases.filter { !found.contains($0.rawValue) }
    }

    static func recordFinish(of fillings: [Filling], _ connection: inout PostgresConnection) throws {
        for filling in fillings {
            _ = try connection.run("INSERT INTO setting (name, value) VALUES ($1, '')", [filling.rawValue])
        }
    }

    private static func sessionKeys(after key: [UInt8], _ connection: inout PostgresConnection) throws -> [[UInt8]] {
        try connection.run(
            "SELECT session_key FROM session WHERE session_key > $1::bytea ORDER BY session_key LIMIT 1000",
            [key]
        ).map { $0.array($1, 0) }
    }

    private static func fill(
        _ fillings: [Filling],
        in session: [UInt8],
        _ connection: inout PostgresConnection
    ) throws {
        try connection.transaction { connection in
            // Locked by a statement of its own: the ones that fill must have begun after the last change was committed.
            _ = try connection.run("SELECT FROM session WHERE session_key = $1::bytea FOR UPDATE", [session])
            for filling in fillings {
                let (column, value) = (filling.column, filling.value)
                _ = try connection.run(
                    """
                    UPDATE session SET \(column) = \(value)
                    WHERE session_key = $1::bytea AND \(column) IS DISTINCT FROM \(value)
                    """,
                    [session]
                )
            }
        }
    }

    /// - Throws: `PostgresDatabaseError.earlierServers`.
    static func checkNoEarlierServers(_ connection: inout PostgresConnection) throws {
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
