import AssistantsStore
import TestSupport
import Testing

@testable import PostgresStore
@testable import StoreConformance

@Suite("Migrations of PostgreSQL", .serialized)
struct MigrationTests {
    /// What version 0.1.0 had.
    private static let earlier = Migrator(Array(Schema.migrations.prefix(4)))

    private let database: TestDatabase

    init() throws {
        database = try TestDatabase()
    }

    private func connection() throws -> PostgresConnection {
        try PostgresConnection(url: database.url)
    }

    /// A connection to a database as version 0.1.0 made it.
    private func earlierDatabase() throws -> PostgresConnection {
        var connection = try connection()
        try Self.earlier.migrate(&connection)
        // Which it did not have.
        for name in Migrator.Filling.allCases.map(\.rawValue) + [SearchIndexSetting.name] {
            try connection.execute("DELETE FROM setting WHERE name = '\(name)'")
        }
        return connection
    }

    /// What is wrong with sessions; these tests' messages have ids that none has.
    private func lossesFound(by store: PostgresStore) async throws -> [String] {
        try await store.problems().filter { $0.hasPrefix("Session") }
    }

    @Test("a server of the version before keeps working, and no table is rewritten")
    func versionBefore() throws {
        var connection = try earlierDatabase()
        try connection.execute(Self.earlierRows)
        func files(_ connection: inout PostgresConnection) throws -> [String: Int64] {
            let files = try connection.run(
                """
                SELECT relname::text, relfilenode::bigint FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
                """
            )
            return Dictionary(uniqueKeysWithValues: files.map { ($0.text($1, 0), $0.integer($1, 1)) })
        }
        let before = try files(&connection)
        // As a server keeps them prepared.
        var server = try PostgresConnection(url: database.url)
        let query = "SELECT id, last_position, stamp FROM session WHERE session_key = $1::bytea"
        #expect(try server.run(query, [[1] as [UInt8]]).count == 1)
        try Migrator().migrate(&connection)
        #expect(try server.run(query, [[1] as [UInt8]]).count == 1)
        #expect(try files(&connection).filter { before.keys.contains($0.key) } == before)
        try connection.execute(Self.earlierRows.replacing("\\x01", with: "\\x02").replacing("KI01", with: "KI02"))
        try connection.execute("DELETE FROM message WHERE id = 'KI02'")
        #expect(try connection.run("SELECT FROM session WHERE deletions IS NULL").count == 2)
    }

    @Test("deletions are counted when no earlier server is left, and lost messages are found from then on")
    func finish() async throws {
        var connection = try earlierDatabase()
        try await #expect(PostgresStore.migrate(url: database.url) == false)
        let store = try await PostgresStore(url: database.url)
        let fixture = try await Fixture(store)
        for session in ["a", "b", "c"] { try await fixture.put(["1", "2", "3", "4", "5"], in: session) }
        try await store.delete(MessageID(unchecked: "2"), of: SessionReference("a"), in: fixture.account)
        // As an earlier server makes a session, and deletes messages.
        try connection.execute(
            """
            UPDATE session SET deletions = NULL WHERE id = 'b';
            DELETE FROM message USING session WHERE session.session_key = message.session_key AND session.id <> 'a' AND position < 3
            """
        )
        #expect(try await lossesFound(by: store) == [])
        await Refusal.migrationUnfinished.expect { try await store.requireTotals() }

        try connection.execute("SET application_name = understudy")
        let refusal = await #expect(throws: PostgresDatabaseError.self) {
            try await PostgresStore.migrate(url: database.url, isLast: true)
        }
        guard case .earlierServers(connections: 1) = refusal else {
            Issue.record("refused for another reason: \(String(describing: refusal))")
            return
        }
        #expect(try Migrator.unfinished(&connection) == Migrator.Filling.allCases)
        // What is not a server, and this command by a URL with a name of its own, are not counted.
        try connection.execute("SET application_name = 'understudy-exporter'")
        for _ in 1...2 { #expect(try await PostgresStore.migrate(url: database.url, isLast: true)) }
        let counted = try connection.run("SELECT deletions FROM session ORDER BY id").map { $0.integer($1, 0) }
        #expect(counted == [1, 2, 2])
        try await store.requireTotals()
        try await fixture.put(["1"], in: "d")
        #expect(try await lossesFound(by: store) == [])

        for (session, position) in [("b", 3), ("d", 1)] {
            try connection.execute(
                """
                DELETE FROM message USING session
                WHERE session.session_key = message.session_key AND session.id = '\(session)' AND position = \(position)
                """
            )
        }
        let losses = try await lossesFound(by: store)
        #expect(losses.map { $0.prefix(10) }.sorted() == ["Session b ", "Session d "])
        await #expect(throws: StoreError.self) { _ = try await store.lockWrites() }
        await store.close()
    }

    @Test("last activities are filled in when no earlier server is left, and not before")
    func lastActivity() async throws {
        var connection = try earlierDatabase()
        try await PostgresStore.migrate(url: database.url)
        let store = try await PostgresStore(url: database.url)
        let fixture = try await Fixture(store)
        for session in ["a", "b", "c", "d"] { try await fixture.put(["m"], in: session) }
        let activities = "SELECT last_activity FROM session ORDER BY id"
        let before = try connection.run(activities).map { $0.integer($1, 0) }
        // An earlier server creates one session and appends to another. A client gave a third a date in the future.
        try connection.execute(
            """
            UPDATE session SET last_activity = NULL, date_updated = 5 WHERE id = 'b';
            UPDATE session SET last_activity = 7, date_updated = 9 WHERE id = 'c';
            UPDATE session SET date_updated = 9e18 WHERE id = 'd'
            """
        )
        await Refusal.migrationUnfinished.expect { try await store.requireActivity() }
        func copied() async throws -> [StoredValue?] {
            let rows = try await store.rows(of: .session, after: nil, limit: 9).rows
            return rows.sorted { "\($0[1])" < "\($1[1])" }.map(\.last)
        }
        #expect(try await copied() == [.integer(before[0]), .integer(5), .integer(9), .integer(before[3])])

        let start = Timestamp.now.microseconds
        try await #expect(PostgresStore.migrate(url: database.url, isLast: true))
        try await store.requireActivity()
        let filled = try connection.run(activities).map { $0.integer($1, 0) }
        #expect(filled[0] == before[0] && filled[1] == 5 && filled[2] == 9)
        #expect((start...Timestamp.now.microseconds).contains(filled[3]))
        #expect(try await copied() == filled.map(StoredValue.integer))
        // A server of an earlier version that comes back.
        try connection.execute("UPDATE session SET last_activity = NULL WHERE id = 'b'")
        let problems = try await store.problems().filter { $0.hasPrefix("Session b has no last activity") }
        #expect(problems.count == 1)
        await store.close()
    }

    @Test("what an earlier version has finished is not finished again")
    func finishedEarlier() async throws {
        var connection = try earlierDatabase()
        try await PostgresStore.migrate(url: database.url)
        let store = try await PostgresStore(url: database.url)
        let fixture = try await Fixture(store)
        try await fixture.put(["1", "2"], in: "a")
        try Migrator.recordFinish(of: [.deletions], &connection)
        try connection.execute("DELETE FROM message WHERE id = '1'; UPDATE session SET last_activity = NULL")
        try await store.requireTotals()
        await Refusal.migrationUnfinished.expect { try await store.requireActivity() }
        try await #expect(PostgresStore.migrate(url: database.url, isLast: true))
        try await store.requireActivity()
        // To count again would have hidden it.
        #expect(try await lossesFound(by: store).count == 1)
        await store.close()
    }

    @Test("deletions are counted while messages come and go")
    func finishBesideWriters() async throws {
        var connection = try earlierDatabase()
        try Migrator().migrate(&connection)
        let store = try await PostgresStore(url: database.url)
        let fixture = try await Fixture(store)
        let names = (1...8).map { "s\($0)" }
        for name in names { try await fixture.put((1...50).map(String.init), in: name) }
        try connection.execute("UPDATE session SET deletions = NULL")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in names {
                group.addTask {
                    for number in 1...50 {
                        let id = MessageID(unchecked: String(number))
                        try await store.delete(id, of: SessionReference(name), in: fixture.account)
                        try await fixture.put(["more \(number)"], in: name)
                    }
                }
            }
            group.addTask { try await PostgresStore.migrate(url: database.url, isLast: true) }
            try await group.waitForAll()
        }
        #expect(try connection.run("SELECT FROM session WHERE deletions = 50").count == 8)
        #expect(try await lossesFound(by: store) == [])
        await store.close()
    }

    @Test("a migration that was cut short goes on, and a new database has nothing to be finished")
    func cutShort() throws {
        var connection = try connection()
        let broken = Migration("999 broken", .statements("SELECT 1 / 0"))
        #expect(throws: PostgresError.self) { try Migrator(Schema.migrations + [broken]).migrate(&connection) }
        #expect(try connection.run("SELECT FROM migration").count == Schema.migrations.count)
        #expect(try Migrator.unfinished(&connection) == Migrator.Filling.allCases)
        try Migrator().migrate(&connection)
        try Migrator().finish(&connection)
        #expect(try Migrator.unfinished(&connection) == [])
        let other = try TestDatabase()
        var new = try PostgresConnection(url: other.url)
        try Migrator().migrate(&new)
        #expect(try Migrator.unfinished(&new) == [])
    }

    @Test("an index is built beside writers, and anew after an attempt that failed")
    func index() throws {
        var connection = try connection()
        try Migrator().migrate(&connection)
        try connection.execute(Self.earlierRows)
        func migrate(_ columns: String) throws {
            let migration = Migration("999 an index", .index(name: "session_by_test", on: "session (\(columns))"))
            try Migrator(Schema.migrations + [migration]).migrate(&connection)
        }
        let state = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('session_by_test')"
        #expect(throws: PostgresError.self) { try migrate("(1 / (last_position - 1))") }
        #expect(try connection.run(state).map { $0.bool($1, 0) } == [false])
        for _ in 1...2 { try migrate("identity") }
        #expect(try connection.run(state).map { $0.bool($1, 0) } == [true])
    }

    @Test("two that build an index at once take turns")
    func twoAtOnce() async throws {
        let index = Migration("999 an index", .index(name: "by_test", on: "session (identity)"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...3 {
                group.addTask {
                    var connection = try PostgresConnection(url: database.url)
                    try Migrator(Schema.migrations + [index]).migrate(&connection)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("a table that something long is using is waited for in short turns, in which others go on")
    func tableInUse() async throws {
        var connection = try earlierDatabase()
        try connection.execute("BEGIN; LOCK TABLE session IN ACCESS SHARE MODE")
        let url = database.url
        let migration = Task.detached {
            var connection = try PostgresConnection(url: url)
            try Migrator(maximumAttempts: 2).migrate(&connection)
        }
        var reader = try PostgresConnection(url: database.url)
        for _ in 1...20 {
            try reader.execute("SET statement_timeout = '3s'; SELECT count(*) FROM session")
            try await Task.sleep(for: .milliseconds(50))
        }
        let refusal = await #expect(throws: PostgresDatabaseError.self) { try await migration.value }
        guard case .tableInUse = refusal else {
            Issue.record("refused for another reason: \(String(describing: refusal))")
            return
        }
        try connection.execute("COMMIT")
        try Migrator(maximumAttempts: 2).migrate(&connection)
    }

    /// As version 0.1.0 wrote them.
    private static let earlierRows = """
        INSERT INTO account (sid, name, auth_token_digest, auth_token_sealed, date_created)
        VALUES ('AC', 'n', '', '', 1) ON CONFLICT DO NOTHING;
        INSERT INTO session (
            session_key, account_sid, id, number, assistant_id, identity, verified, last_position, date_created, date_updated
        ) VALUES ('\\x01', 'AC', 's', 1, 'a', '', false, 0, 1, 1);
        UPDATE session SET last_position = 1, stamp = 2, date_updated = 2 WHERE session_key = '\\x01';
        INSERT INTO message (
            session_key, position, id, assistant_id, identity, role, content, meta, date_created, date_updated
        ) VALUES ('\\x01', 1, 'KI01', 'a', '', 'user', '{}', '{}', 1, 1);
        """
}
