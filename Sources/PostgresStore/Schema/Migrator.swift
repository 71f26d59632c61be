import Foundation

/// Brings a database to this program's schema, while servers of the version before may be using it: `Migration` says why.
struct Migrator {
    /// The oldest version that is served: 14.
    private static let minimumVersion = 140_000
    /// Any number that nobody else takes in this database.
    private static let lockNumber = "7810774390166115439"
    /// Oldest first.
    private let migrations: [Migration]
    /// How often a migration is tried while something else is using its tables.
    private let maximumAttempts: Int

    init(_ migrations: [Migration] = Schema.migrations, maximumAttempts: Int = 60) {
        self.migrations = migrations
        self.maximumAttempts = maximumAttempts
    }

    /// Runs the migrations that are missing, each wholly or not at all. Safe to run again; two that come at once take turns.
    func migrate(_ connection: inout PostgresConnection) throws {
        try Self.checkVersion(connection)
        try withMigrationLock(&connection) { connection in
            try connection.execute("CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY)")
            let applied = try Self.appliedMigrations(&connection)
            try checkNotNewer(applied)
            for migration in migrations.dropFirst(applied.count) { try run(migration, &connection) }
            // A new database has nothing to be filled, and a search index.
            if applied.isEmpty {
                try Self.recordFinish(of: Filling.allCases, &connection)
                if try connection.isUTF8() { try SearchIndexSetting.insert(&connection) }
            }
        }
    }

    private func run(_ migration: Migration, _ connection: inout PostgresConnection) throws {
        func record(_ connection: inout PostgresConnection) throws {
            _ = try connection.run("INSERT INTO migration (name) VALUES ($1)", [migration.name])
        }
        switch migration.change {
        case .statements(let sql):
            try withFreeTables(&connection) { connection in
                try connection.execute(sql)
                try record(&connection)
                if migration.name == migrations.first?.name { try Self.makePageTokenKey(&connection) }
            }
        case .index(let name, let target):
            try connection.execute("DROP INDEX CONCURRENTLY IF EXISTS \(name)")
            try connection.execute("CREATE INDEX CONCURRENTLY \(name) ON \(target)")
            try record(&connection)
        }
    }

    /// Distributes the tables with Citus, all or nothing.
    /// - Throws: `PostgresDatabaseError.citusMissing`.
    func distribute(_ connection: inout PostgresConnection) throws {
        try withMigrationLock(&connection) { connection in try connection.transaction(Distribution.run) }
    }

    /// Runs `body` while nobody else migrates.
    func withMigrationLock(
        _ connection: inout PostgresConnection,
        _ body: (inout PostgresConnection) throws -> Void
    ) throws {
        // Large tables take their time.
        try connection.execute("SET statement_timeout = 0")
        // Not a statement that waits: an index that is being built waits in turn for every statement that has begun.
        while try !connection.run("SELECT pg_try_advisory_lock(\(Self.lockNumber))").bool(0, 0) {
            Thread.sleep(forTimeInterval: 0.1)
        }
        let result = Result { try body(&connection) }
        // The end of the connection unlocks too.
        _ = try? connection.run("SELECT pg_advisory_unlock(\(Self.lockNumber))")
        try result.get()
    }

    /// Runs `body` in a transaction, and again from its beginning while tables are in use.
    /// - Throws: `PostgresDatabaseError.tableInUse`.
    private func withFreeTables(
        _ connection: inout PostgresConnection,
        _ body: (inout PostgresConnection) throws -> Void
    ) throws {
        for _ in 0..<maximumAttempts {
            do {
                return try connection.transaction { connection in
                    // Whoever comes behind a statement that waits for a table waits too, so it does not wait for long; but for longer
                    // than `deadlock_timeout`, a second, after which PostgreSQL cancels an autovacuum that is in the way.
                    try connection.execute("SET LOCAL lock_timeout = '2s'")
                    try body(&connection)
                }
            } catch let error as PostgresError where error.isLockTimeout || error.isConflict {
                Thread.sleep(forTimeInterval: 1)
            }
        }
        throw PostgresDatabaseError.tableInUse
    }

    /// - Throws: `PostgresDatabaseError` where the database is not one that this program can use.
    func check(_ connection: inout PostgresConnection) throws {
        try Self.checkVersion(connection)
        let table = try connection.run("SELECT to_regclass('migration') IS NOT NULL")
        guard table.bool(0, 0) else { throw PostgresDatabaseError.notMigrated }
        let applied = try Self.appliedMigrations(&connection)
        try checkNotNewer(applied)
        guard applied.count == migrations.count else { throw PostgresDatabaseError.notMigrated }
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
        try connection.run("SELECT name FROM migration").map { $0.text($1, 0) }
    }

    private func checkNotNewer(_ applied: [String]) throws {
        guard Set(applied).isSubset(of: migrations.map(\.name)) else { throw PostgresDatabaseError.newer }
    }

    private static func makePageTokenKey(_ connection: inout PostgresConnection) throws {
        var random = SystemRandomNumberGenerator()
        let key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        _ = try connection.run("INSERT INTO setting (name, value) VALUES ('page_token_key', $1)", [key])
    }
}
