import AssistantsStore
import GRDB
import Logging
import Secrets
import TestSupport
import Testing

@testable import Replies
@testable import SQLiteStore

@Suite("Running turns", .timeLimit(.minutes(1)))
struct TurnRunnerTests {
    private let account = AccountSID.random()
    private let directory: TemporaryDirectory
    private let store: SQLiteStore
    private let assistant: Assistant
    private let log = LogLines()

    init() async throws {
        directory = try TemporaryDirectory()
        store = try SQLiteStore(path: directory.file("understudy.sqlite"))
        try await store.create(
            Account(sid: account, name: "", dateCreated: .now),
            token: StoredAuthToken(digest: [UInt8](repeating: 0, count: 32), sealed: [])
        )
        assistant = Assistant(AssistantDetails(name: "Ann"), in: account)
        try await store.create(assistant)
    }

    // MARK: Leases

    @Test("a turn that takes longer than its lease stays with its worker, and the model is asked once")
    func renews() async throws {
        let server = TestModelServer { _ in
            try await Task.sleep(for: .seconds(2.5))
            return "reply"
        }
        var options = TurnOptions()
        options.lease = .seconds(1)
        options.pollInterval = .seconds(60)
        var others = options
        others.pollInterval = .milliseconds(20)
        try await server.serve { model in
            // The first one does not find the turn again by itself.
            let (first, second) = (runner(model, options), runner(model, others))
            try await running(first) {
                let answer = Task { try await take("hello", in: "s", by: first) }
                while server.askedCount == 0 { try await Task.sleep(for: .milliseconds(10)) }
                try await running(second) {
                    let text = try await answer.value
                    #expect(text == "reply(\"reply\")")
                }
            }
        }
        #expect(server.askedCount == 1)
        #expect(try await texts(of: "s").count == 2)
    }

    @Test("a turn that its worker does not know to have begun is run when its lease has run out")
    func runsLostTurns() async throws {
        let runner = runner(.echo, Self.narrow)
        try await accept("hello", in: "s", by: runner)
        // As where a COMMIT was done and its response lost.
        let begun = try await store.beginTurns(as: runner.worker, limit: 1, lease: .milliseconds(300), at: .now)
        #expect(begun.count == 1)
        try await running(runner) {
            try await waitUntil { try await texts(of: "s").count == 2 }
        }
    }

    // MARK: Damage

    @Test(
        "the caller of a turn that cannot be read is told, the log does not show the message, and others are answered"
    )
    func unreadableTurn() async throws {
        let runner = runner(.echo)
        let damaged = Task { try await take("Nobody else may read this", in: "s", by: runner) }
        let other = Task { try await take("hello", in: "t", by: runner) }
        try await waitUntil {
            try await store.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM turn") } == 2
        }
        try await execute("UPDATE turn SET mode = 'fax' WHERE session_id = 's'")
        try await running(runner) {
            let (answer, otherAnswer) = try await (damaged.value, other.value)
            #expect(answer.contains("damaged"), "\(answer)")
            #expect(otherAnswer == "reply(\"hello\")")
        }
        #expect(log.texts.contains { $0.contains("damaged") })
        #expect(!log.texts.contains { $0.contains("Nobody") }, "\(log.texts)")
    }

    @Test("a reply that its damaged session cannot take is a failure, and its place is free for others")
    func damagedSession() async throws {
        let store = store
        let server = TestModelServer { number in
            if number == 1 {
                try await store.pool.write { db in
                    try db.execute(sql: "UPDATE session SET identity = 'user_id:mallory' WHERE id = 's'")
                }
            }
            return "reply"
        }
        try await running(on: server, Self.narrow) { runner in
            let answer = try await take("hello", in: "s", by: runner)
            #expect(answer.hasPrefix("failure"))
            #expect(try await take("hello", in: "t", by: runner) == "reply(\"reply\")")
        }
        #expect(server.askedCount == 2)
        #expect(try await turnCount() == 0)
    }

    @Test("where not even a turn's failure can be stored, the turn is removed, and its session continues")
    func failureNotStored() async throws {
        let store = store
        let server = TestModelServer { number in
            if number == 1 { try await store.pool.write { db in try db.execute(sql: "DROP TABLE callback") } }
            return "reply \(number)"
        }
        try await running(on: server, Self.narrow) { runner in
            try await accept("one", in: "s", webhook: "https://example.com/", by: runner)
            #expect(try await take("two", in: "s", by: runner) == "reply(\"reply 2\")")
        }
        #expect(log.texts.filter { $0.contains("cannot be stored for its caller or webhook") }.count == 1)
    }

    @Test("a turn that cannot be ended holds no place, asks the model once, is logged once, and ends when it can")
    func endNotStored() async throws {
        let store = store
        let server = TestModelServer { number in
            if number == 1 {
                try await store.pool.write { db in
                    try db.execute(
                        sql: """
                            CREATE TRIGGER broken BEFORE DELETE ON turn WHEN old.session_id = 's'
                            BEGIN SELECT RAISE(ABORT, 'broken'); END
                            """
                    )
                }
            }
            return "reply \(number)"
        }
        try await running(on: server, Self.narrow) { runner in
            await #expect(throws: StoreError.self) { try await take("hello", in: "s", by: runner) }
            #expect(try await take("hello", in: "t", by: runner) == "reply(\"reply 2\")")
            try await Task.sleep(for: .seconds(1))
            #expect(try await turnCount() == 1)
            try await execute("DROP TRIGGER broken")
            try await waitUntil { try await turnCount() == 0 }
        }
        #expect(server.askedCount == 2)
        #expect(log.texts.filter { $0.contains("cannot be ended") }.count == 1, "\(log.texts)")
        #expect(try await texts(of: "s").count == 1)
    }

    @Test("a reply is kept while the database is unavailable, and stored when it is back")
    func unavailable() async throws {
        let store = store
        let server = TestModelServer { _ in
            // As where the disk is full.
            try await store.pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
                _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)")
            }
            return String(repeating: "reply ", count: 50_000)
        }
        try await running(on: server, Self.narrow) { runner in
            let error = await #expect(throws: StoreError.self) { try await take("hello", in: "s", by: runner) }
            if case .unavailable = error {} else { Issue.record("\(String(describing: error))") }
            try await Task.sleep(for: .milliseconds(200))
            #expect(try await texts(of: "s").count == 1)
            try await store.pool.writeWithoutTransaction { db in
                _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = 1000000")
            }
            try await waitUntil { try await texts(of: "s").count == 2 }
        }
        #expect(server.askedCount == 1)
    }

    // MARK: Doing

    private func runner(_ model: Model, _ options: TurnOptions = TurnOptions()) -> TurnRunner {
        TurnRunner(
            store: store,
            model: model,
            callbacks: CallbackSender(store: store, sealingKey: .success(.random()), logger: log.logger),
            options: options,
            logger: log.logger
        ) { _, outcome in
            let text = if case .reply(let reply) = outcome { "reply(\"\(reply.text)\")" } else { "\(outcome)" }
            return StoredAnswer(status: 200, body: Array(text.utf8))
        }
    }

    /// Runs `body` with a runner that asks this server.
    private func running(
        on server: TestModelServer,
        _ options: TurnOptions,
        _ body: (TurnRunner) async throws -> Void
    ) async throws {
        try await server.serve { model in
            let runner = runner(model, options)
            try await running(runner) { try await body(runner) }
        }
    }

    /// One turn at a time, and little waiting.
    private static var narrow: TurnOptions {
        var options = TurnOptions()
        options.maximumRunning = 1
        options.storeRetryDelay = .milliseconds(20)
        options.pollInterval = .milliseconds(20)
        options.lease = .milliseconds(300)
        return options
    }

    /// Runs `body` while the runner runs.
    private func running(_ runner: TurnRunner, _ body: () async throws -> Void) async throws {
        let task = Task { try await runner.run() }
        do {
            try await body()
        } catch {
            task.cancel()
            throw error
        }
        task.cancel()
        try await task.value
    }

    private func turn(_ text: String, in session: String, webhook: String? = nil) throws -> NewTurn {
        NewTurn(
            id: .unique(),
            assistantID: assistant.id,
            session: SessionReference(session),
            identity: "user_id:alice",
            content: try MessageText.content(ofUser: text),
            mode: .chat,
            webhook: webhook
        )
    }

    /// Sends a message and waits for its answer.
    private func take(_ text: String, in session: String, by runner: TurnRunner) async throws -> String {
        let result = try await runner.submit(turn(text, in: session), in: account, once: nil as IdempotentRequest?)
        guard case .done(let answer) = result else { return "" }
        return String(decoding: answer.body, as: UTF8.self)
    }

    /// Sends a message without waiting for its answer.
    private func accept(
        _ text: String,
        in session: String,
        webhook: String? = nil,
        by runner: TurnRunner
    ) async throws {
        let turn = try turn(text, in: session, webhook: webhook)
        _ = try await runner.submit(turn, in: account, once: nil as IdempotentWrite<SessionID>?)
    }

    private func execute(_ sql: String) async throws {
        try await store.pool.write { db in try db.execute(sql: sql) }
    }

    private func turnCount() async throws -> Int? {
        try await store.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM turn") }
    }

    private func texts(of session: String) async throws -> [String] {
        try await store.read { db in
            try String.fetchAll(
                db,
                sql: "SELECT content FROM message WHERE key >> 32 = (SELECT number FROM session WHERE id = ?)",
                arguments: [session]
            )
        }
    }

    private func waitUntil(_ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while try await !condition() {
            try #require(.now < deadline, "it did not happen in time")
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

extension Model {
    fileprivate static let echo = Model(name: Model.echo, server: nil)
}
