import AssistantsStore
import Foundation
import GRDB
import StoreConformance
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("Damage to a database")
struct DamageTests {
    private static let sessions = ["one", "two", "three"]
    private static let count = 100

    private let directory: TemporaryDirectory
    private let path: String
    private let account = AccountSID.random()

    /// Makes a database that is not in use, and so has all in its file.
    init() async throws {
        directory = try TemporaryDirectory()
        path = directory.file("understudy.sqlite")
        let store = try SQLiteStore(path: path)
        try await store.create(
            Account(sid: account, name: "", dateCreated: .now),
            token: StoredAuthToken(digest: [], sealed: [])
        )
        for session in Self.sessions {
            let messages = try (1...Self.count).map { try message($0, of: session) }
            _ = try await store.importMessages(messages, to: account, defaults: Self.defaults)
        }
        try await store.pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }

    @Test("a changed bit, wherever it is, is an error or changes nothing")
    func changedBits() async throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let right = try await walks(through: path)
        #expect(right.allSatisfy { $0?.messages.count == Self.count })
        let rounds = Reliability.isSoak ? 20_000 : 500
        var errors = 0
        for seed in 0..<UInt64(rounds) {
            var random = SeededGenerator(seed: seed)
            let byte = whole.indices.randomElement(using: &random) ?? 0
            let bit = UInt8.random(in: 0..<8, using: &random)
            var damaged = whole
            damaged[byte] ^= 1 << bit
            let file = directory.file("damaged.sqlite")
            for leftover in [file, "\(file)-wal", "\(file)-shm"] {
                try? FileManager.default.removeItem(atPath: leftover)
            }
            try damaged.write(to: URL(fileURLWithPath: file))
            for (walk, rightWalk) in zip(try await walks(through: file), right) {
                if walk == nil { errors += 1 } else { #expect(walk == rightWalk, "bit \(bit) of byte \(byte)") }
            }
        }
        #expect(errors > rounds / 10)
        try Reliability.record(
            "A fault of the disk is an error, never a wrong 200",
            "\(rounds) single bits changed anywhere in a file, and its sessions listed: \(errors) errors, no wrong list",
            test: "DamageTests.swift"
        )
    }

    @Test(
        "a message that is not as it was written is an error to whoever reads it, is named, and can be deleted",
        arguments: [
            "assistant_id = 'aia_asst_other'", "identity = 'user_id:mallory'", "role = 'assistant'",
            #"content = '{"content":"other"}'"#, #"meta = '{"a":1}'"#, "date_created = date_created + 1",
            "date_updated = date_updated + 64", "checksum = checksum + 1",
        ]
    )
    func changedMessage(_ change: String) async throws {
        let store = try SQLiteStore(path: path)
        let (session, id) = (SessionReference("two"), MessageID(unchecked: "two 7"))
        try await store.write { db in
            try db.execute(sql: "UPDATE message SET \(change) WHERE id = ?", arguments: [id.text])
        }
        let problem = "Message two 7 of session two is not as it was written"
        func isRefused(_ body: () async throws -> Void) async {
            let error = await #expect(throws: StoreError.self) { try await body() }
            #expect("\(error.debugDescription)".contains(problem))
        }
        await isRefused { _ = try await walk("two", in: store) }
        await isRefused { _ = try await store.message(id, of: session, in: account) }
        let changes = MessageChanges(content: try JSONObject("{}"))
        await isRefused { _ = try await store.update(id, of: session, in: account, with: changes, at: .now) }
        let again = try message(7, of: "two")
        await isRefused { _ = try await store.importMessages([again], to: account, defaults: Self.defaults) }
        await isRefused { _ = try await store.rows(of: .message, after: nil, limit: 1_000) }
        #expect(try DatabaseFile(path: path).problems() == [problem])
        #expect(try await walk("one", in: store).messages.count == Self.count)

        try await store.delete(id, of: session, in: account)
        #expect(try await walk("two", in: store).messages.count == Self.count - 1)
        #expect(try DatabaseFile(path: path).problems() == [])
    }

    @Test(
        "a session that lacks messages is an error",
        arguments: ["key & 15 = 1", "key & 0xFFFFFFFF > 90", "key & 0xFFFFFFFF <= 30", "key"]
    )
    func lostMessages(_ condition: String) async throws {
        let store = try SQLiteStore(path: path)
        try await store.write { db in
            try db.execute(
                sql: """
                    DELETE FROM message WHERE \(condition)
                    AND key >> 32 = (SELECT number FROM session WHERE id = 'two')
                    """
            )
        }
        let error = await #expect(throws: StoreError.self) { try await walk("two", in: store) }
        #expect("\(error.debugDescription)".contains("Session two has not all of its messages"))
        await #expect(throws: StoreError.self) { try await walkBack("two", in: store) }
        await #expect(throws: StoreError.self) { _ = try await store.holdStill() }
        #expect(try DatabaseFile(path: path).problems() == ["1 sessions have not all of their messages"])
    }

    @Test("an index that points to another session is an error to readers and writers")
    func indexOfSessions() async throws {
        // An entry is the account, the session, and the number of the row in one byte.
        try change { file in
            let entry = try #require(file.range(of: Data((account.text + "two").utf8 + [2])))
            file[entry.upperBound - 1] = 3
        }
        let store = try SQLiteStore(path: path)
        let two = SessionReference("two")
        let draft = MessageDraft(role: .user, content: try JSONObject("{}"))
        await #expect(throws: StoreError.self) { try await walk("two", in: store) }
        await #expect(throws: StoreError.self) { _ = try await store.session(two, in: account) }
        await #expect(throws: StoreError.self) {
            _ = try await store.append([draft], to: two, in: account, defaults: Self.defaults, once: nil)
        }
        await #expect(throws: StoreError.self) { try await store.delete(two, in: account) }
        #expect(try await walk("three", in: store).messages.count == Self.count)
    }

    @Test("an index that points to another message does not have it deleted")
    func indexOfMessages() async throws {
        // An entry is the session's number, the id, and the row's key in six bytes.
        let key = withUnsafeBytes(of: MessageKey(SessionNumber(2), position: 77).value.bigEndian) {
            Array($0.suffix(6))
        }
        try change { file in
            let entry = try #require(file.range(of: Data("two 77".utf8 + key)))
            file[entry.upperBound - 1] -= 1
        }
        let store = try SQLiteStore(path: path)
        let (session, id) = (SessionReference("two"), MessageID(unchecked: "two 77"))
        await #expect(throws: StoreError.self) { try await store.delete(id, of: session, in: account) }
        await #expect(throws: StoreError.self) { _ = try await store.message(id, of: session, in: account) }
        #expect(try await walk("two", in: store).messages.count == Self.count)
    }

    @Test("a row that is cut off is an error")
    func cutOff() async throws {
        try change { file in
            let text = try #require(file.range(of: Data("two 77aia_asst_".utf8))).lowerBound
            // The length of the record's header, at its beginning.
            let header = try #require((8..<24).first { file[text - $0] == $0 })
            file[text - header] = 0
        }
        let store = try SQLiteStore(path: path)
        await #expect(throws: StoreError.self) { try await walk("two", in: store) }
        #expect(try await walk("three", in: store).messages.count == Self.count)
    }

    @Test(
        "a value that its column cannot have is an error, and does not end the process",
        arguments: [("account", "name"), ("api_key", "name"), ("assistant", "model"), ("session", "identity")]
    )
    func impossibleValues(_ table: String, _ column: String) async throws {
        let key = APIKey(sid: .random(), account: account, name: "", isReadOnly: false, dateCreated: .now)
        try await SQLiteStore(path: path).create(key, secretDigest: [])
        // SQLite itself would not store one.
        try await DatabaseQueue(path: path).writeWithoutTransaction { db in
            try db.execute(
                sql: """
                    PRAGMA writable_schema = ON;
                    UPDATE sqlite_schema SET sql = replace(sql, '\(column) TEXT NOT NULL', '\(column) TEXT') WHERE name = ?;
                    PRAGMA writable_schema = RESET;
                    UPDATE \(table) SET \(column) = NULL;
                    """,
                arguments: [table]
            )
        }
        let store = try SQLiteStore(path: path)
        let error = await #expect(throws: StoreError.self) {
            switch table {
            case "account": _ = try await store.accounts()
            case "api_key": _ = try await store.apiKeys(of: account)
            case "assistant": _ = try await store.assistants(of: account, page: PageRequest(.first, size: 9))
            default: _ = try await store.session(SessionReference("one"), in: account)
            }
        }
        #expect("\(error.debugDescription)".contains("Column \(column) has a value that it cannot have"))
        #expect(try await walk("two", in: store).messages.count == Self.count)
    }

    @Test("messages of an older version are as they were written, and a session may have lost some by deletion")
    func olderVersion() async throws {
        let older = directory.file("older.sqlite")
        let queue = try DatabaseQueue(path: older)
        try Migrations.all.migrate(queue, upTo: "8 secondary auth tokens, read-only keys")
        let columns = MessageChecksum.columns.joined(separator: ", ")
        try queue.inDatabase { [path] db in
            try db.execute(
                sql: """
                    ATTACH ? AS newer;
                    INSERT INTO account SELECT * FROM newer.account;
                    INSERT INTO session SELECT \(try db.columns(in: "session").map(\.name).joined(separator: ", "))
                        FROM newer.session;
                    INSERT INTO message (\(columns)) SELECT \(columns) FROM newer.message;
                    DELETE FROM message WHERE id = 'two 7';
                    DETACH newer;
                    """,
                arguments: [path]
            )
        }
        let walks = try await walks(through: older)
        #expect(walks.prefix(3).map { $0?.messages.count } == [Self.count, Self.count - 1, Self.count])
        #expect(try DatabaseFile(path: older).problems() == [])
        #expect(try await walk("one", in: SQLiteStore(path: path)) == walks[0])
    }

    // MARK: Reading

    /// The walks through each session, and those back, `nil` where there was an error.
    private func walks(through path: String) async throws -> [SessionWalk?] {
        guard let store = try? SQLiteStore(path: path) else {
            return Array(repeating: nil, count: Self.sessions.count * 2)
        }
        var walks: [SessionWalk?] = []
        for session in Self.sessions { walks.append(try? await walk(session, in: store)) }
        for session in Self.sessions { walks.append(try? await walkBack(session, in: store)) }
        return walks
    }

    /// From the beginning to the end.
    private func walk(_ session: String, in store: SQLiteStore) async throws -> SessionWalk {
        try await SessionWalk(session, of: account, in: store, size: 30)
    }

    /// From the end to the beginning.
    private func walkBack(_ session: String, in store: SQLiteStore) async throws -> SessionWalk {
        let number = SessionNumber(Int64(Self.sessions.firstIndex(of: session) ?? 0) + 1)
        let end = MessageCursor(session: number, position: Int64(Self.count) + 1)
        return try await SessionWalk(session, of: account, in: store, size: 30, from: .before(end)) {
            $0.previous.map { .before($0) }
        }
    }

    private func change(_ body: (inout Data) throws -> Void) throws {
        var file = try Data(contentsOf: URL(fileURLWithPath: path))
        try body(&file)
        try file.write(to: URL(fileURLWithPath: path))
    }

    // MARK: Messages

    private static let defaults = MessageDefaults(
        assistantName: "Test",
        date: Timestamp(microseconds: 1_700_000_000_000_000)
    )

    private func message(_ number: Int, of session: String) throws -> NewMessage {
        NewMessage(
            id: MessageID(unchecked: "\(session) \(number)"),
            sessionID: SessionID(unchecked: session),
            identity: "user_id:alice",
            role: .user,
            content: try JSONObject(#"{"content":"What is said in number \#(number) of \#(session)."}"#)
        )
    }
}
