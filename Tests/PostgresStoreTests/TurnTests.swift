import AssistantsStore
import TestSupport
import Testing

@testable import PostgresStore
@testable import StoreConformance

@Suite("Turns in PostgreSQL", .serialized)
struct TurnTests {
    /// Runs `body` with turns in a database of their own.
    private func withFixture(_ body: (TurnFixture, PostgresStore, TestDatabase) async throws -> Void) async throws {
        let database = try TestDatabase()
        try await PostgresStore.migrate(url: database.url)
        let store = try await PostgresStore(url: database.url)
        do {
            try await body(TurnFixture(store), store, database)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    @Test(
        "a turn that cannot be read fails alone; those of others run",
        arguments: ["mode = 'fax'", "mode = ''", "content = '{', position = NULL"]
    )
    func unreadable(_ change: String) async throws {
        try await withFixture { fixture, store, database in
            let once = IdempotentWrite<SessionID>(.numbered(1)) { _ in nil }
            try await fixture.accept("1", in: "s1")
            try await fixture.accept("2", in: "s2", webhook: "https://example.com/", once: once)
            try await fixture.accept("3", in: "s3")
            try database.execute("UPDATE turn SET \(change) WHERE id = '2'")
            let turns = try await fixture.begin()
            #expect(turns.map(\.id.text) == ["1", "2", "3"])
            #expect(turns.map(\.isDamaged) == [false, true, false])
            #expect(turns.map { $0.message == nil } == [false, true, false])
            for turn in turns {
                let reply = turn.isDamaged ? nil : "reply"
                try await fixture.finish(turn, reply: reply, callback: turn.isDamaged ? TurnFixture.callback : nil)
            }
            #expect(try await fixture.take().count == 1)
            guard case .replayed(TurnFixture.answer) = try await fixture.accept("2", in: "s2", once: once) else {
                Issue.record("the key has no answer")
                return
            }
            #expect(try await fixture.begin().isEmpty)
        }
    }

    @Test("a turn whose message cannot be stored fails alone")
    func messageNotStored() async throws {
        try await withFixture { fixture, store, database in
            for session in ["s1", "s2", "s3"] {
                for text in ["a", "b"] { try await fixture.accept("\(session)\(text)", in: session) }
            }
            for turn in try await fixture.begin() { try await fixture.finish(turn, reply: nil) }
            // As if an index were damaged.
            try database.execute(
                "ALTER TABLE message ADD CONSTRAINT broken CHECK (content NOT LIKE '%s2b%') NOT VALID"
            )
            let turns = try await fixture.begin()
            #expect(turns.map(\.id.text) == ["s1b", "s2b", "s3b"])
            #expect(turns.map(\.isDamaged) == [false, true, false])
            for turn in turns { try await fixture.finish(turn, reply: nil) }
        }
    }

    @Test("a fault that may pass keeps back its turn alone, whose message is stored when it has passed")
    func passingFault() async throws {
        try await withFixture { fixture, store, database in
            for session in ["s1", "s2", "s3"] {
                for text in ["a", "b"] { try await fixture.accept("\(session)\(text)", in: session) }
            }
            for turn in try await fixture.begin() { try await fixture.finish(turn, reply: nil) }
            // As where a disk cannot be read.
            try database.execute(
                """
                CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
                    $$BEGIN RAISE EXCEPTION 'no disk' USING ERRCODE = 'io_error'; END$$;
                CREATE TRIGGER fail BEFORE INSERT ON message FOR EACH ROW
                    WHEN (new.content LIKE '%s2b%') EXECUTE FUNCTION fail()
                """
            )
            #expect(try await fixture.begin().map(\.id.text) == ["s1b"])
            #expect(try await fixture.begin().map(\.id.text) == ["s3b"])
            await #expect(throws: StoreError.self) { try await fixture.begin() }
            try database.execute("DROP TRIGGER fail ON message")
            let turn = try #require(try await fixture.begin().first)
            #expect((turn.id.text, turn.isDamaged, turn.message == nil) == ("s2b", false, false))
        }
    }

    @Test("turns whose session is locked for long keep back no others, and those that have begun are told of")
    func lockedSessions() async throws {
        try await withFixture { fixture, store, database in
            let sessions = ["s1", "s2", "s3", "s4"]
            for session in sessions {
                for text in ["a", "b"] { try await fixture.accept("\(session)\(text)", in: session) }
            }
            for turn in try await fixture.begin() { try await fixture.finish(turn, reply: nil) }
            var locker = try PostgresConnection(url: database.url)
            try locker.execute("BEGIN; SELECT FROM session WHERE id = 's3' FOR UPDATE")
            let start = ContinuousClock.now
            // Those that began before the failure, and then the one behind it.
            #expect(try await fixture.begin().map(\.id.text) == ["s1b", "s2b"])
            #expect(try await fixture.begin().map(\.id.text) == ["s4b"])
            #expect(start.duration(to: .now) < .seconds(20))
            let error = await #expect(throws: StoreError.self) { try await fixture.begin() }
            if case .unavailable = error {} else { Issue.record("\(String(describing: error))") }
            try locker.execute("ROLLBACK")
            #expect(try await fixture.begin().map(\.id.text) == ["s3b"])
        }
    }

    @Test("callbacks that were taken before a failure are returned")
    func lockedCallback() async throws {
        try await withFixture { fixture, store, database in
            for _ in 1...2 { try await fixture.callBack() }
            let last = try #require(try await store.callbacks().last).number
            var locker = try PostgresConnection(url: database.url)
            try locker.execute("BEGIN; SELECT FROM callback WHERE number = \(last) FOR UPDATE")
            // The wait for the lock ends with an error.
            let other = try await PostgresStore(url: "\(database.url)?options=-c%20lock_timeout%3D200ms")
            let taken = try await other.takeCallbacks(limit: 9, lease: .seconds(60))
            #expect(taken.count == 1)
            await other.close()
            try locker.execute("ROLLBACK")
        }
    }

    @Test("a reply that waits for its locked session does not keep leases from being renewed")
    func waitingReply() async throws {
        try await withFixture { fixture, store, database in
            try await fixture.accept("1", in: "s")
            let turn = try #require(try await fixture.begin().first)
            var locker = try PostgresConnection(url: database.url)
            try locker.execute("BEGIN; SELECT FROM session WHERE id = 's' FOR UPDATE")
            async let end: Void = fixture.finish(turn, reply: "reply")
            // Until it waits for the lock.
            try await Task.sleep(for: .milliseconds(500))
            let start = ContinuousClock.now
            try await fixture.renew([turn])
            #expect(start.duration(to: .now) < .seconds(1))
            try locker.execute("ROLLBACK")
            try await end
        }
    }

    @Test("the beginning of a turn waits for the disk only where it stores a message")
    func commits() async throws {
        try await withFixture { fixture, store, database in
            try database.execute(
                """
                CREATE TABLE commits (mode text);
                CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
                    $$BEGIN INSERT INTO commits VALUES (current_setting('synchronous_commit')); RETURN new; END$$;
                CREATE TRIGGER note BEFORE UPDATE ON turn FOR EACH ROW EXECUTE FUNCTION note()
                """
            )
            for text in ["a", "b"] { try await fixture.accept(text, in: "s") }
            for text in ["a", "b"] {
                let turn = try #require(try await fixture.begin().first)
                #expect(turn.id.text == text)
                try await fixture.finish(turn, reply: nil)
            }
            var connection = try PostgresConnection(url: database.url)
            #expect(try connection.run("SELECT mode FROM commits").map { $0.text($1, 0) } == ["off", "on"])
        }
    }

    @Test("a turn that another worker is just beginning is passed over, without waiting for that")
    func lockedTurn() async throws {
        try await withFixture { fixture, store, database in
            try await fixture.accept("1", in: "s")
            var other = try PostgresConnection(url: database.url)
            try other.execute("BEGIN; SELECT FROM turn FOR UPDATE")
            #expect(try await fixture.begin().isEmpty)
            try other.execute("ROLLBACK")
            #expect(try await fixture.begin().map(\.id.text) == ["1"])
        }
    }
}
