import AssistantsStore
import TestSupport
import Testing
import TextSearch

@testable import PostgresStore
@testable import StoreConformance

@Suite("The search index of PostgreSQL", .serialized)
struct SearchIndexTests {
    private let database: TestDatabase

    init() throws {
        database = try TestDatabase()
    }

    private func migratedStore() async throws -> PostgresStore {
        try await PostgresStore.migrate(url: database.url)
        return try await PostgresStore(url: database.url)
    }

    /// Of the first row, as an integer.
    private func value(_ sql: String) throws -> Int64 {
        var connection = try PostgresConnection(url: database.url)
        return try connection.run(sql).integer(0, 0)
    }

    /// What is wrong with the index; these tests' messages have ids that none has.
    private func problems(of store: PostgresStore, isDeep: Bool = false) async throws -> [String] {
        try await store.problems(isDeep: isDeep).filter { $0.contains("search index") }
    }

    private func unmarkedCount() throws -> Int64 {
        try value("SELECT count(*) FROM session WHERE \(SearchTermsRow.isUnmarked)")
    }

    @Test("the index proposes: what it lacks is not found, and what it has in excess is not shown")
    func proposals() async throws {
        let store = try await migratedStore()
        let fixture = try await Fixture(store)
        try await fixture.put([.message("m1", "apple pear"), .message("m2", "apple plum")])
        #expect(try await fixture.foundAnywhere("apple") == ["m2", "m1"])
        #expect(try unmarkedCount() == 0)
        #expect(try await problems(of: store, isDeep: true) == [])
        try database.execute(
            """
            UPDATE search_terms SET terms = '\(fixture.account.searchPrefix)fig' WHERE position = 1;
            INSERT INTO search_terms SELECT session_key, 9, terms FROM search_terms WHERE position = 2
            """
        )
        #expect(try await fixture.foundAnywhere("apple") == ["m2"])
        #expect(try await fixture.foundAnywhere("fig") == [])
        #expect(try await problems(of: store) == [])
        let found = try await problems(of: store, isDeep: true)
        #expect(found.count == 1 && found[0].hasPrefix("Message m1 of session s "), "\(found)")
        try database.execute("DELETE FROM search_terms WHERE position = 2")
        #expect(try await problems(of: store).count == 1)
        try await store.rebuildSearchIndex()
        // Until it is built, texts are compared.
        #expect(try unmarkedCount() == 1)
        #expect(try await fixture.foundAnywhere("apple") == ["m2", "m1"])
        try await store.maintainSearchIndex()
        #expect(try unmarkedCount() == 0)
        #expect(try value("SELECT count(*) FROM search_terms") == 2)
        #expect(try await fixture.foundAnywhere("apple") == ["m2", "m1"])
        #expect(try await problems(of: store, isDeep: true) == [])
        await store.close()
    }

    @Test("an index that is deleted leaves nothing, and one that is off gets nothing")
    func off() async throws {
        let store = try await migratedStore()
        let fixture = try await Fixture(store)
        try await fixture.put((1...450).map { try .message("m\($0)", "apple", in: "s\($0 % 220)") })
        #expect(try await store.searchIndexStatus() == "on")
        #expect(try value("SELECT count(*) FROM search_terms") == 450)
        try await store.deleteSearchIndex()
        #expect(try await store.searchIndexStatus() == "off")
        try await fixture.put([.message("m451", "apple", in: "s1"), .message("m452", "apple", in: "new")])
        try await store.maintainSearchIndex()
        #expect(try value("SELECT count(*) FROM search_terms") == 0)
        #expect(try value("SELECT count(search_version) FROM session") == 0)
        #expect(try await fixture.foundAnywhere("apple").count == 452)
        try await store.createSearchIndex()
        #expect(try await store.searchIndexStatus().hasPrefix("on, 0 % built"))
        try await fixture.put([.message("m453", "apple", in: "newer")])
        try await store.maintainSearchIndex()
        #expect(try await store.searchIndexStatus() == "on")
        #expect(try value("SELECT count(*) FROM search_terms") == 453)
        #expect(try await problems(of: store, isDeep: true) == [])
        await store.close()
    }

    @Test("an index that is built while others write has every message as it is", .timeLimit(.minutes(5)))
    func buildingBesideWriters() async throws {
        let store = try await migratedStore()
        let fixture = try await Fixture(store)
        for session in 0..<4 {
            try await fixture.put((0..<500).map { try .message("m\(session)-\($0)", "apple", in: "s\(session)") })
        }
        for seed in 0..<4 as Range<UInt64> {
            try await store.deleteSearchIndex()
            try await store.createSearchIndex()
            try await withThrowingTaskGroup { group in
                group.addTask { try await store.maintainSearchIndex() }
                // Two servers may build it.
                group.addTask { try await store.maintainSearchIndex() }
                for session in 0..<4 {
                    group.addTask {
                        var random = SeededGenerator(seed: seed * 4 + UInt64(session))
                        let reference = SessionReference("s\(session)")
                        for number in 0..<30 {
                            let id = MessageID(unchecked: "m\(session)-\(Int.random(in: 0..<500, using: &random))")
                            let content = try NewMessage.message("", "pear\(seed)-\(number)").content
                            switch Int.random(in: 0..<3, using: &random) {
                            case 0: try? await store.delete(id, of: reference, in: fixture.account)
                            case 1:
                                let changes = MessageChanges(content: content)
                                _ = try? await store.update(
                                    id,
                                    of: reference,
                                    in: fixture.account,
                                    with: changes,
                                    at: .now
                                )
                            default:
                                try await fixture.put([
                                    .message("n\(seed)-\(session)-\(number)", "plum", in: "s\(session)")
                                ])
                            }
                        }
                        let temporary = "t\(seed)-\(session)"
                        try await fixture.put([.message("t", "fig", in: temporary)])
                        try await store.delete(SessionReference(temporary), in: fixture.account)
                    }
                }
                try await group.waitForAll()
            }
            try await store.maintainSearchIndex()
            #expect(try unmarkedCount() == 0)
            #expect(try await problems(of: store, isDeep: true) == [])
            #expect(
                try value("SELECT count(*) FROM search_terms") == value("SELECT count(*) FROM message"),
                "seed \(seed)"
            )
        }
        await store.close()
    }

    @Test("words of another version are not used, and are replaced")
    func otherVersion() async throws {
        let store = try await migratedStore()
        let fixture = try await Fixture(store)
        try await fixture.put([.message("m1", "apple"), .message("n1", "apple", in: "t")])
        // As an earlier version has left it.
        try database.execute(
            """
            UPDATE setting SET value = '0' WHERE name = 'search_index';
            UPDATE session SET search_version = CASE id WHEN 't' THEN -7 ELSE 7 END; UPDATE search_terms SET terms = 'other'
            """
        )
        try await fixture.put([.message("m2", "apple")])
        #expect(try await fixture.foundAnywhere("apple") == ["n1", "m2", "m1"])
        try await store.maintainSearchIndex()
        #expect(try await store.searchIndexStatus() == "on")
        #expect(try await fixture.foundAnywhere("apple") == ["n1", "m2", "m1"])
        #expect(try await problems(of: store, isDeep: true) == [])
        // A later version's is its own.
        try database.execute(
            "UPDATE setting SET value = '999' WHERE name = 'search_index'; UPDATE session SET search_version = 999"
        )
        try await store.maintainSearchIndex()
        #expect(try await store.searchIndexStatus().contains("later version"))
        #expect(try value("SELECT min(search_version) FROM session") == 999)
        // But what this one writes is not in it.
        try await fixture.put([.message("m3", "apple")])
        #expect(try value("SELECT min(search_version) FROM session") == -999)
        #expect(try await fixture.foundAnywhere("apple") == ["n1", "m3", "m2", "m1"])
        await store.close()
    }

    @Test("an index that is deleted while it is built stays deleted", .timeLimit(.minutes(1)))
    func deletedMeanwhile() async throws {
        let store = try await migratedStore()
        let fixture = try await Fixture(store)
        try await store.deleteSearchIndex()
        try await fixture.put((0..<1_500).map { try .message("m\($0)", "apple", in: "s\($0 % 3)") })
        for _ in 0..<5 {
            try await store.createSearchIndex()
            async let building: Void = store.maintainSearchIndex()
            try await Task.sleep(for: .milliseconds(Int.random(in: 1...60)))
            try await store.deleteSearchIndex()
            try await building
            #expect(try value("SELECT count(*) FROM search_terms") == 0)
            #expect(try value("SELECT count(search_version) FROM session") == 0)
            #expect(try await fixture.foundAnywhere("apple").count == 1_000)
        }
        await store.close()
    }

    @Test("what is being written for an index as it is deleted does not stay", .timeLimit(.minutes(1)))
    func deletedBeforeCommit() async throws {
        let store = try await migratedStore()
        let fixture = try await Fixture(store)
        try await store.deleteSearchIndex()
        try await fixture.put([.message("m", "apple")])
        try await store.createSearchIndex()
        var writer = try PostgresConnection(url: database.url)
        try writer.execute("BEGIN")
        #expect(try SearchIndexSetting.version(&writer) != nil)
        try writer.execute("UPDATE session SET search_version = 1")
        async let deletion: Void = store.deleteSearchIndex()
        try await Task.sleep(for: .milliseconds(300))
        try writer.execute("COMMIT")
        try await deletion
        #expect(try value("SELECT count(search_version) FROM session") == 0)
        await store.close()
    }

    @Test("what the index may take is not what the statements after it may")
    func timeouts() async throws {
        let store = try await migratedStore()
        let fixture = try await Fixture(store)
        try await fixture.put((0..<9).map { try .message("m\($0)", "apple", in: "s") })
        try await store.readOneState { connection in
            let before = try connection.run("SELECT current_setting('statement_timeout')").text(0, 0)
            let page = PageRequest<AccountMessageCursor>(.first, in: .descending, size: 2, scan: .search)
            let filter = MessageFilter(query: try SearchQuery("apple"))
            _ = try AccountMessageQuery.run(
                AccountMessagesRequest(of: fixture.account, page: page, matching: filter),
                &connection
            )
            #expect(try connection.run("SELECT current_setting('statement_timeout')").text(0, 0) == before)
            #expect(try connection.run("SELECT current_setting('plan_cache_mode')").text(0, 0) == "auto")
        }
        await store.close()
    }

    @Test("a search that the index answers too slowly compares texts")
    func slowIndex() async throws {
        let store = try await migratedStore()
        let fixture = try await Fixture(store)
        try await fixture.put([.message("m1", "apple"), .message("m2", "apple")])
        var connection = try PostgresConnection(url: database.url)
        try connection.execute("BEGIN; LOCK TABLE search_terms IN ACCESS EXCLUSIVE MODE")
        #expect(try await fixture.foundAnywhere("apple") == ["m2", "m1"])
        try connection.execute("ROLLBACK")
        await store.close()
    }

    @Test(
        "an index is not created while servers of an earlier version are connected, which would not keep it up to date"
    )
    func earlierServers() async throws {
        let store = try await migratedStore()
        try await store.deleteSearchIndex()
        var earlier = try PostgresConnection(url: "\(database.url)?application_name=understudy%20schema%209")
        _ = try earlier.run("SELECT 1")
        await #expect(throws: PostgresDatabaseError.self) { try await store.createSearchIndex() }
        #expect(try await store.searchIndexStatus() == "off")
        await store.close()
    }

    @Test("words that an earlier version leaves of a session that it deletes are not in the way of another with its id")
    func leftWords() async throws {
        let store = try await migratedStore()
        let fixture = try await Fixture(store)
        let messages = try (0..<20).map { try NewMessage.message("m\($0)", "apple \($0)") }
        try await fixture.put(messages)
        try database.execute("DELETE FROM message; DELETE FROM session")
        #expect(try value("SELECT count(*) FROM search_terms") == 20)
        try await fixture.put(Array(messages.dropLast()))
        #expect(try await fixture.foundAnywhere("apple").count == 19)
        #expect(try await problems(of: store, isDeep: true) == [])
        await store.close()
    }

    @Test("no statement of a search reads all rows of a table")
    func plans() async throws {
        let store = try await migratedStore()
        try database.execute(
            """
            INSERT INTO account VALUES ('AC', '', '', '', 0), ('AD', '', '', '', 0);
            INSERT INTO session
                SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), CASE n % 2 WHEN 0 THEN 'AC' ELSE 'AD' END, n, n, 'a', 'i',
                    false, 5, n, n, 0, 0, n, \(SearchTerms.version)
                FROM generate_series(1, 10000) AS n;
            INSERT INTO message
                SELECT s.session_key, position, s.id || '-' || position, 'a', 'i', 'user', '{}', '{}', 0, 0
                FROM session AS s, generate_series(1, 5) AS position;
            INSERT INTO search_terms
                SELECT session_key, position, CASE WHEN number % 5000 = 0 THEN 'often rare' ELSE 'often' END::tsvector
                FROM session, generate_series(1, 5) AS position;
            ANALYZE
            """
        )
        var connection = try PostgresConnection(url: database.url)
        func plan(_ sql: String, _ values: String) throws -> String {
            let types = (1...values.split(separator: ",").count).map { _ in "unknown" }.joined(separator: ", ")
            try connection.execute("PREPARE tested (\(types)) AS \(sql)")
            let lines = try connection.run("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) EXECUTE tested (\(values))")
            let text = lines.map { $0.text($1, 0) }.joined(separator: "\n")
            try connection.execute("DEALLOCATE tested")
            return text
        }
        for direction in [KeysetDirection.before, .after] {
            let start = direction == .after ? "-1, 0" : "99999, 0"
            let rare = try plan(AccountMessageQuery.candidates(direction), "'AC', \(start), 'rare', 64")
            #expect(rare.contains("search_terms_by_word") && !rare.contains("Seq Scan"), "\(rare)")
            let often = try plan(AccountMessageQuery.candidates(direction), "'AC', \(start), 'often', 64")
            #expect(often.contains("session_by_number") && !often.contains("Seq Scan"), "\(often)")
        }
        let unmarked = try plan(SearchTermsRow.unmarkedSession, "'AC'")
        #expect(unmarked.contains("session_without_words") && !unmarked.contains("Seq Scan"), "\(unmarked)")
        await store.close()
    }
}
