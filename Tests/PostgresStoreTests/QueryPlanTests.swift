import AssistantsStore
import TestSupport
import Testing

@testable import PostgresStore

@Suite("Query plans of PostgreSQL", .serialized)
struct QueryPlanTests {
    /// A database of many short sessions and a long one, whose key is 16 zeros.
    private func filledDatabase() async throws -> TestDatabase {
        let database = try TestDatabase()
        try await PostgresStore.migrate(url: database.url)
        try database.execute(
            """
            INSERT INTO account VALUES ('AC', '', '', '', 0);
            INSERT INTO session
                SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), 'AC', n, n, 'a', 'i', false,
                    CASE n WHEN 0 THEN 60000 ELSE 5 END, n, n, 0, 0, 5000 - n
                FROM generate_series(0, 3000) AS n;
            INSERT INTO message
                SELECT s.session_key, position, s.id || '-' || position, 'a', 'i', 'user', '{}', '{}', 0, 0
                FROM session AS s, generate_series(1, CASE number WHEN 0 THEN 60000 ELSE 5 END) AS position
                ORDER BY md5(position || s.id);
            ANALYZE
            """
        )
        return database
    }

    @Test(
        "a page of a long session among short ones reads no more than its own rows, wherever it lies",
        arguments: [
            MessagePageQuery.first, MessagePageQuery.firstDescending, MessagePageQuery.after, MessagePageQuery.before,
        ],
        [0, 30_000, 60_001]
    )
    func page(_ sql: String, _ position: Int) async throws {
        let lines = try await plan(of: sql, "\(position), 51, 100000")
        let plan = lines.joined(separator: "\n")
        #expect(plan.contains("using message_pkey on message"), "\(plan)")
        #expect(!plan.contains("Seq Scan") && !plan.contains("Bitmap"), "\(plan)")
        // The rows lie scattered: one block for each of 51, and a few of each index.
        let blocks = try #require(lines.first { $0.contains("Buffers: shared") }).matches(of: /(?:hit|read)=(\d+)/)
        let count = blocks.compactMap { Int($0.1) }.reduce(0, +)
        #expect((1...80).contains(count), "\(plan)")
    }

    @Test(
        "a slice of a long session reads a range of the primary key, and finds what lies behind it by a seek",
        arguments: [MessagePageQuery.sliceAfter, MessagePageQuery.sliceBefore],
        [0, 30_000, 60_001]
    )
    func slice(_ sql: String, _ position: Int) async throws {
        let lines = try await plan(of: sql, "\(position), 51, 100000, 50, '{tool}', NULL, -9e18, 9e18")
        let plan = lines.joined(separator: "\n")
        #expect(!plan.contains("Seq Scan") && !plan.contains("Bitmap"), "\(plan)")
        let blocks = try #require(lines.first { $0.contains("Buffers: shared") }).matches(of: /(?:hit|read)=(\d+)/)
        let count = blocks.compactMap { Int($0.1) }.reduce(0, +)
        #expect((1...80).contains(count), "\(plan)")
    }

    @Test("a session's version is a matter of its row alone, which Citus plans as a fast-path query")
    func version() async throws {
        let plan = try await plan(of: MessagePageQuery.version)
        #expect(plan.first?.contains("Index Scan using session_pkey on session") == true, "\(plan)")
        #expect(!plan.contains { $0.contains("->") }, "\(plan)")
    }

    @Test("a walk through an account's sessions reads an index in its order")
    func sessionsByID() async throws {
        let database = try await filledDatabase()
        var connection = try PostgresConnection(url: database.url)
        try connection.execute("PREPARE walk AS \(PostgresStore.sessionsByID)")
        let plan = try connection.run("EXPLAIN EXECUTE walk ('AC', '2000', 10)").map { $0.text($1, 0) }
            .joined(separator: "\n")
        #expect(plan.contains("Index Scan using session_by_id on session"), "\(plan)")
        #expect(!plan.contains("Sort"), "\(plan)")
    }

    @Test(
        "lists of sessions read a part of their order's index, in its order, whatever they are filtered by",
        arguments: [KeysetDirection.after, .before]
    )
    func sessions(_ direction: KeysetDirection) async throws {
        let database = try await filledDatabase()
        var connection = try PostgresConnection(url: database.url)
        try connection.execute("SET plan_cache_mode = force_generic_plan")
        func expectPlan<Cursor: SessionCursor>(_ cursor: Cursor.Type) throws {
            var list = KeysetList<Cursor>(
                table: "session",
                columns: SessionRow.columns,
                account: AccountSID(unchecked: "AC")
            )
            list.conditions = [.equal("identity", "i")]
            let bounds = direction == .after ? "1000, 0, 2000, 0" : "2000, 0, 1000, 0"
            for (sql, values, index) in [
                (list.sql(direction, isBounded: true), "\(bounds), 'i', 51", "Index Scan"),
                (list.sliceEnd(direction, isBounded: true), "\(bounds), 19", "Index Only Scan"),
            ] {
                try connection.execute("PREPARE list AS \(sql)")
                let plan = try connection.run("EXPLAIN EXECUTE list ('AC', \(values))").map { $0.text($1, 0) }
                    .joined(separator: "\n")
                #expect(plan.contains(index) && plan.contains("using \(Cursor.index) on session"), "\(plan)")
                #expect(!plan.contains("Sort"), "\(plan)")
                try connection.execute("DEALLOCATE list")
            }
        }
        try expectPlan(SessionCreationCursor.self)
        try expectPlan(SessionActivityCursor.self)
    }

    @Test(
        "an assistant's tools and a tool's policies are read in order, by an index",
        arguments: [KeysetDirection.after, .before]
    )
    func ownersRows(_ direction: KeysetDirection) async throws {
        let database = try await filledDatabase()
        try database.execute(
            """
            INSERT INTO assistant SELECT 'AC', 'a' || n, n, '', '', '', '', false, false, NULL, 0, 0 FROM generate_series(1, 50) AS n;
            INSERT INTO tool SELECT 'AC', 't' || n, n, '', '', '', true, false, '{}', 0, 0 FROM generate_series(1, 100) AS n;
            INSERT INTO tool_attachment
                SELECT 'AC', 't' || t || ' a' || a, t * 50 + a, 'a' || a, 't' || t, 0
                FROM generate_series(1, 50) AS a, generate_series(1, 100) AS t;
            INSERT INTO policy
                SELECT 'AC', 'p' || t || '-' || n, t * 50 + n, 't' || t, '', '', '', '{}', 0, 0
                FROM generate_series(1, 50) AS n, generate_series(1, 100) AS t;
            ANALYZE
            """
        )
        var connection = try PostgresConnection(url: database.url)
        try connection.execute("SET plan_cache_mode = force_generic_plan")
        let account = AccountSID(unchecked: "AC")
        let attachments = KeysetList<ToolAttachmentCursor>(
            table: "tool_attachment",
            columns: "tool_id",
            account: account,
            owner: .assistant(AssistantID(unchecked: "a7"))
        )
        let policies = KeysetList<PolicyCursor>(
            table: "policy",
            columns: "id",
            account: account,
            owner: .tool(ToolID(unchecked: "t7"))
        )
        for (sql, owner, index) in [
            (attachments.sql(direction), "a7", "tool_attachment_of_assistant"),
            (policies.sql(direction), "t7", "policy_of_tool"),
        ] {
            try connection.execute("PREPARE list AS \(sql)")
            let plan = try connection.run("EXPLAIN EXECUTE list ('AC', '\(owner)', 100, 20)").map { $0.text($1, 0) }
                .joined(separator: "\n")
            #expect(plan.contains("using \(index) on") && !plan.contains("Sort"), "\(plan)")
            try connection.execute("DEALLOCATE list")
        }
    }

    @Test(
        "a search in all sessions reads these by an index, and no messages but theirs",
        arguments: [KeysetDirection.after, .before]
    )
    func accountMessages(_ direction: KeysetDirection) async throws {
        let database = try await filledDatabase()
        var connection = try PostgresConnection(url: database.url)
        try connection.execute("SET plan_cache_mode = force_generic_plan")
        let range = direction == .after ? "10, 0, 11, 99" : "11, 99, 10, 0"
        let keys = #"'{"\\x0000000000000000000000000000000a","\\x0000000000000000000000000000000b"}'"#
        for (sql, values, index) in [
            (AccountMessageQuery.sessions(direction), "'AC', 10, 64", "session_by_number"),
            (AccountMessageQuery.lengths(direction), "\(keys), \(range), 0, 99, 2000", "message_pkey"),
            (AccountMessageQuery.rows(direction), "\(keys), \(range), 0, 99", "message_pkey"),
        ] {
            try connection.execute("PREPARE search AS \(sql)")
            let plan = try connection.run("EXPLAIN EXECUTE search (\(values))").map { $0.text($1, 0) }
                .joined(separator: "\n")
            #expect(plan.contains(index) && !plan.contains("Seq Scan"), "\(plan)")
            try connection.execute("DEALLOCATE search")
        }
    }

    @Test("a session is read with its last message by two seeks")
    func summary() async throws {
        let lines = try await plan(of: PostgresConnection.summary)
        let plan = lines.joined(separator: "\n")
        #expect(!plan.contains("Seq Scan") && !plan.contains("Bitmap") && !plan.contains("Sort"), "\(plan)")
        let blocks = try #require(lines.first { $0.contains("Buffers: shared") }).matches(of: /(?:hit|read)=(\d+)/)
        let count = blocks.compactMap { Int($0.1) }.reduce(0, +)
        #expect((1...12).contains(count), "\(plan)")
    }

    @Test(
        "of a page of long messages, little more than its budget is sent",
        arguments: [(MessagePageQuery.longAfter, 0), (MessagePageQuery.longBefore, 60_001)]
    )
    func longMessages(_ sql: String, _ position: Int) async throws {
        let database = try await filledDatabase()
        try database.execute(
            "UPDATE message SET content = repeat('x', 100000), meta = repeat('y', 50000) WHERE position IN (1, 2, 59999, 60000)"
        )
        var connection = try PostgresConnection(url: database.url)
        for (budget, count) in [(1, 2), (299_999, 2), (300_000, 3), (1_000_000, 51)] {
            let key = [UInt8](repeating: 0, count: 16)
            // The session comes first.
            #expect(try connection.run(sql, [key, position, 51, budget]).count == 1 + count, "\(budget)")
        }
    }

    @Test(
        "turns and callbacks are found by indexes, however many wait",
        arguments: [
            (TurnWriter.ready, "'w', 0, 64", ["turn_by_lease", "turn_of_worker", "earlier"]),
            (TurnWriter.renewal, "'w', 'id 1', 10000000", ["turn_of_worker"]),
            (PostgresStore.dueCallbacks, "32", ["callback_by_due"]),
            (PostgresStore.waitingCallbacks, "100", ["callback_by_due"]),
            (PostgresStore.failedCallbacks, "100", ["callback_by_number"]),
        ]
    )
    func jobs(_ sql: String, _ values: String, _ parts: [String]) async throws {
        let database = try TestDatabase()
        try await PostgresStore.migrate(url: database.url)
        // Of other workers that live, but for a few.
        try database.execute(
            """
            INSERT INTO turn
                SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), n, 'id ' || n, 'AC', n, n, 'a', 'i', 'chat', NULL, NULL, NULL,
                    1, CASE WHEN n % 1000 = 0 THEN 'w' ELSE 'other ' || n % 7 END, false,
                    CASE WHEN n % 1000 = 1 THEN 0 ELSE 9e18 END
                FROM generate_series(1, 20000) AS n;
            INSERT INTO callback
                SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), n, 'AC', 'u', 'b', 't', 1, NULL, 0,
                    CASE WHEN n % 1000 = 1 THEN 0 WHEN n % 2 = 0 THEN 9e18 END
                FROM generate_series(1, 20000) AS n;
            ANALYZE
            """
        )
        var connection = try PostgresConnection(url: database.url)
        try connection.execute("PREPARE job AS \(sql)")
        let plan = try connection.run("EXPLAIN EXECUTE job (\(values))").map { rows, row in rows.text(row, 0) }
            .joined(separator: "\n")
        #expect(!plan.contains("Seq Scan"), "\(plan)")
        for part in parts { #expect(plan.contains(part), "\(plan)") }
    }

    @Test("a callback is taken without the clock behind RETURNING, which Citus refuses")
    func returning() throws {
        let parts = PostgresStore.takeCallback.split(separator: "RETURNING")
        #expect(parts.count == 2)
        #expect(parts.last?.contains("(") == false)
    }

    /// The lines of the plan of a statement on the long session, and what came of it.
    private func plan(of sql: String, _ values: String...) async throws -> [String] {
        let database = try await filledDatabase()
        var connection = try PostgresConnection(url: database.url)
        // As it is made for a statement that has run many times, without looking at the session.
        try connection.execute("SET plan_cache_mode = force_generic_plan; PREPARE page AS \(sql)")
        let key = String(repeating: "0", count: 32)
        let values = ["'\\x\(key)'"] + values
        return try connection.run(
            "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) EXECUTE page (\(values.joined(separator: ", ")))"
        ).map { rows, row in rows.text(row, 0) }
    }
}
