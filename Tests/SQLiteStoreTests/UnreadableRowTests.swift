import AssistantsStore
import GRDB
import TestSupport
import Testing

@testable import SQLiteStore
@testable import StoreConformance

@Suite("Rows of turns and callbacks that cannot be read or stored")
struct UnreadableRowTests {
    private static let text = "What nobody else may read"

    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("understudy.sqlite")
    }

    /// Changes a table past the checks of SQLite, as damage to the file does.
    private func damage(_ table: String, _ change: String) throws {
        try DatabaseQueue(path: path).writeWithoutTransaction { db in
            let schema = try String.fetchOne(
                db,
                sql: "SELECT sql FROM sqlite_schema WHERE name = ?",
                arguments: [table]
            )
            let set = "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql ="
            try db.execute(
                sql: """
                    \(set) replace(replace(sql, 'STRICT', ''), 'NOT NULL', '') WHERE name = '\(table)';
                    PRAGMA writable_schema = RESET;
                    UPDATE \(table) SET \(change);
                    """
            )
            try db.execute(sql: "\(set) ? WHERE name = ?", arguments: [schema, table])
            try db.execute(sql: "PRAGMA writable_schema = RESET")
        }
    }

    private static let changes = [
        "mode = 'fax'", "mode = NULL", "mode = CAST(mode AS BLOB)", "identity = NULL",
        "identity = CAST(identity AS BLOB)",
        "id = CAST(id AS BLOB)", "account_sid = X'07'", "session_number = 'one'", "session_id = NULL",
        "assistant_id = X''",
        "webhook = CAST(webhook AS BLOB)", "position = 'one'", "content = 7.5", "worker = NULL", "begun = NULL",
        "lease_end = 'late'", "content = '{'",
    ]

    @Test(
        "such a turn is named, and fails alone and once, whatever is wrong with it; those of others run",
        arguments: changes,
        [false, true]
    )
    func turns(_ change: String, isNewServer: Bool) async throws {
        let fixture = try await TurnFixture(SQLiteStore(path: path))
        // The one in the middle is damaged, while its message waits for another turn.
        try await fixture.accept("before", in: "s1")
        try await fixture.accept("first", in: "s2")
        let first = try #require(try await fixture.begin(lease: .zero).last)
        let once = IdempotentWrite<SessionID>(.numbered(1)) { _ in nil }
        try await fixture.accept(Self.text, in: "s2", webhook: "https://example.com/", lease: .zero, once: once)
        try await fixture.finish(first, reply: nil)
        try await fixture.accept("after", in: "s3")
        try damage("turn", "\(change) WHERE session_id = 's2'")

        let column = try #require(change.split(separator: " ").first)
        let problems = try DatabaseFile(path: path).problems()
        #expect(problems.contains { $0.hasPrefix("Turn ") && $0.contains(column) }, "\(problems)")
        #expect(!problems.contains { $0.contains("nobody") && !$0.hasPrefix("Turn \(Self.text)") }, "\(problems)")

        let store = try SQLiteStore(path: path)
        let worker = isNewServer ? WorkerID.unique() : fixture.worker
        if isNewServer {
            try await store.takeOver()
        } else {
            try await fixture.renew([], lease: .zero)
        }
        // What is replaced anyway need not be read.
        let replaced = ["lease_end"]
        var ended: [String] = []
        for _ in 1...3 {
            for turn in try await store.beginTurns(as: worker, limit: 9, lease: .seconds(600), at: .now) {
                ended.append(turn.isDamaged ? "damaged" : turn.id.text)
                if turn.isDamaged {
                    #expect(turn.message == nil)
                    if column != "id" { #expect(turn.id.text == Self.text) }
                }
                let reply = turn.isDamaged ? nil : try JSONObject("{}")
                let end = TurnEnd(reply: reply, answer: TurnFixture.answer, callback: TurnFixture.callback)
                try await store.finish(turn.id, as: worker, with: end)
            }
        }
        let end = replaced.contains(String(column)) ? Self.text : "damaged"
        #expect(ended.sorted() == ["after", "before", end].sorted())
        #expect(try await store.callbacks().count == 3)
        #expect(try DatabaseFile(path: path).problems() == [])
        if column != "account_sid" {
            guard case .replayed(TurnFixture.answer) = try await fixture.accept("", in: "s2", once: once) else {
                Issue.record("the key has no answer")
                return
            }
        }
    }

    @Test(
        "such a callback is named, and given up alone, whatever is wrong with it; the others are tried",
        arguments: [
            "url = NULL", "url = CAST(url AS BLOB)", "account_sid = NULL", "body = X'07'", "idempotency_token = NULL",
            "attempts = 'one'", "last_error = X'07'", "date_created = NULL", "due = 'late'",
        ],
        [false, true]
    )
    func callbacks(_ change: String, isNewServer: Bool) async throws {
        let fixture = try await TurnFixture(SQLiteStore(path: path))
        for text in ["1", "2", "3"] {
            try await fixture.accept(text, in: text)
            let callback = NewCallback(url: "https://example.com/", body: Self.text, idempotencyToken: text)
            for turn in try await fixture.begin() { try await fixture.finish(turn, reply: nil, callback: callback) }
        }
        try damage("callback", "\(change) WHERE idempotency_token = '2'")
        let column = try #require(change.split(separator: " ").first)
        let problems = try DatabaseFile(path: path).problems()
        #expect(problems.contains { $0.hasPrefix("Webhook 2 ") && $0.contains(column) }, "\(problems)")
        #expect(!problems.contains { $0.contains(Self.text) }, "\(problems)")

        let store = try SQLiteStore(path: path)
        if isNewServer { try await store.takeOver() }
        let taken = try await store.takeCallbacks(limit: 9, lease: .seconds(600))
        #expect(taken.map(\.number) == [1, 3])
        let listed = try await store.callbacks()
        #expect(listed.map(\.number) == [1, 2, 3])
        // Until the next start one is not found to be due, and is not given up.
        if isNewServer || column != "due" {
            #expect(listed.map(\.isFailed) == [false, true, false])
            #expect(try DatabaseFile(path: path).problems() == [])
        }
        for callback in taken { try await store.record(.delivered, of: callback) }
    }

    @Test("a fault that may pass keeps back its turn alone, whose message is stored when it has passed")
    func passingFault() async throws {
        let store = try SQLiteStore(path: path)
        let fixture = try await TurnFixture(store)
        for session in ["s1", "s2", "s3"] {
            for text in ["a", "b"] { try await fixture.accept("\(session)\(text)", in: session) }
        }
        for turn in try await fixture.begin() { try await fixture.finish(turn, reply: nil) }
        // As where a temporary file cannot be made. After an error of the disk SQLite undoes all of a transaction.
        try await store.pool.write { db in
            db.add(function: DatabaseFunction("fail") { _ in throw DatabaseError(resultCode: .SQLITE_CANTOPEN) })
            try db.execute(
                sql: """
                    CREATE TEMP TRIGGER fail BEFORE INSERT ON main.message WHEN new.content LIKE '%s2b%'
                    BEGIN SELECT fail(); END
                    """
            )
        }
        #expect(try await fixture.begin().map(\.id.text) == ["s1b", "s3b"])
        await #expect(throws: StoreError.self) { try await fixture.begin() }
        try await store.pool.write { db in try db.execute(sql: "DROP TRIGGER fail") }
        let turn = try #require(try await fixture.begin().first)
        #expect((turn.id.text, turn.isDamaged, turn.message == nil) == ("s2b", false, false))
    }

    @Test("an error that tells of a value does not show it")
    func decodingErrors() async throws {
        let store = try SQLiteStore(path: path)
        let error = await #expect(throws: StoreError.self) {
            _ = try await store.read { db in
                try Row.fetchOne(db, sql: "SELECT '\(Self.text)'")?.decode(Int.self, atIndex: 0)
            }
        }
        #expect(error.map { "\($0)".contains(Self.text) } == false)
    }
}
