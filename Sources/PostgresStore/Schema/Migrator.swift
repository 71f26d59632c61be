/// Brings a database to this program's schema.
enum Migrator {
    /// The oldest version that is served: 14.
    private static let minimumVersion = 140_000
    /// Any number that nobody else takes in this database.
    private static let lock = "SELECT pg_advisory_xact_lock(7810774390166115439)"

    /// Runs what is missing, all or nothing. Two that come at once take turns.
    static func migrate(_ connection: inout PostgresConnection) throws {
        try checkVersion(connection)
        try alone(&connection) { connection in
            try connection.execute("CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY)")
            let applied = try appliedMigrations(&connection)
            try checkNotNewer(applied)
            for migration in Schema.migrations.dropFirst(applied.count) {
                try connection.execute(migration.sql)
                _ = try connection.run("INSERT INTO migration (name) VALUES ($1)", [migration.name])
            }
            if applied.isEmpty { try makePageTokenKey(&connection) }
        }
    }

    /// Distributes the tables with Citus, all or nothing.
    /// - Throws: `PostgresDatabaseError.citusMissing`.
    static func distribute(_ connection: inout PostgresConnection) throws {
        try alone(&connection, Distribution.run)
    }

    /// Runs `body` in a transaction while nobody else migrates.
    private static func alone(
        _ connection: inout PostgresConnection,
        _ body: (inout PostgresConnection) throws -> Void
    ) throws {
        try connection.transaction { connection in
            // Large tables take their time, and so may another one that migrates.
            try connection.execute("SET LOCAL statement_timeout = 0")
            _ = try connection.run(lock)
            try body(&connection)
        }
    }

    /// - Throws: `PostgresDatabaseError` where the database is not one that this program can use.
    static func check(_ connection: inout PostgresConnection) throws {
        try checkVersion(connection)
        let table = try connection.run("SELECT to_regclass('migration') IS NOT NULL")
        guard table.bool(0, 0) else { throw PostgresDatabaseError.notMigrated }
        let applied = try appliedMigrations(&connection)
        try checkNotNewer(applied)
        guard applied.count == Schema.migrations.count else { throw PostgresDatabaseError.notMigrated }
    }

    private static func checkVersion(_ connection: borrowing PostgresConnection) throws {
        guard connection.serverVersion >= minimumVersion else {
            throw PostgresDatabaseError.serverTooOld(
                version: connection.serverVersion / 10_000,
                minimum: minimumVersion / 10_000
            )
        }
    }

    private static func appliedMigrations(_ connection: inout PostgresConnection) throws -> [String] {
        let rows = try connection.run("SELECT name FROM migration ORDER BY name")
        return rows.map { $0.text($1, 0) }
    }

    private static func checkNotNewer(_ applied: [String]) throws {
        guard Set(applied).isSubset(of: Schema.migrations.map(\.name)) else { throw PostgresDatabaseError.newer }
    }

    private static func makePageTokenKey(_ connection: inout PostgresConnection) throws {
        var random = SystemRandomNumberGenerator()
        let key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        _ = try connection.run("INSERT INTO setting (name, value) VALUES ('page_token_key', $1)", [key])
    }
}
