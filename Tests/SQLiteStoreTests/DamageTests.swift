import AssistantsStore
import Foundation
import GRDB
import TestSupport
import Testing

@testable import SQLiteStore
@testable import StoreConformance

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
            // With one more write, which unsettles it.
            for part in [messages.dropLast(), messages.suffix(1)] {
                _ = try await store.importMessages(Array(part), to: account, defaults: Self.defaults)
            }
            if session == "one" { try await store.collectGarbage() }
        }
        try await store.pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }

    private static let filters = [
        MessageFilter(roles: [.user]), MessageFilter(roles: [.tool]), MessageFilter(identity: "user_id:nobody"),
    ]

    @Test("a changed bit, wherever it is, is an error or changes nothing")
    func changedBits() async throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        // These have few bytes, of which much depends; so that they have half of the bits.
        let leading = try bytes(ofTables: ["assistant", "session"]).filter { whole[$0] != 0 }
        let right = await readings(of: path)
        #expect(right.count == Self.sessions.count * 4 + 3)
        let rounds = Reliability.isSoak ? 10_000 : 500
        var errors = 0
        for seed in 0..<UInt64(rounds) {
            var random = SeededGenerator(seed: seed)
            let place =
                seed.isMultiple(of: 2)
                ? whole.indices.randomElement(using: &random) : leading.randomElement(using: &random)
            let byte = try #require(place)
            let bit = UInt8.random(in: 0..<8, using: &random)
            var damaged = whole
            damaged[byte] ^= 1 << bit
            let file = directory.file("damaged.sqlite")
            for leftover in [file, "\(file)-wal", "\(file)-shm"] {
                try? FileManager.default.removeItem(atPath: leftover)
            }
            try damaged.write(to: URL(fileURLWithPath: file))
            let readings = await readings(of: file)
            errors += right.count - readings.count
            for (what, reading) in readings {
                #expect(reading == right[what], "\(what), bit \(bit) of byte \(byte)")
            }
        }
        #expect(errors > rounds / 10)
        try Reliability.record(
            "A fault of the disk is an error, never a wrong 200",
            """
            \(rounds) single bits changed in a file, and its sessions, its messages and its assistants read: \(errors) errors, \
            nothing wrong
            """,
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
        await expectError(problem) { _ = try await walk("two", in: store) }
        // The damage may be what keeps it from matching.
        for filter in Self.filters {
            await expectError(problem) { _ = try await filtered("two", by: filter, in: store) }
        }
        await expectError(problem) { _ = try await store.message(id, of: session, in: account) }
        let changes = MessageChanges(content: try JSONObject("{}"))
        await expectError(problem) { _ = try await store.update(id, of: session, in: account, with: changes, at: .now) }
        let again = try message(7, of: "two")
        await expectError(problem) { _ = try await store.importMessages([again], to: account, defaults: Self.defaults) }
        await expectError(problem) { _ = try await store.rows(of: .message, after: nil, limit: 1_000) }
        #expect(try DatabaseFile(path: path).problems() == [problem])
        #expect(try await walk("one", in: store).messages.count == Self.count)

        try await store.delete(id, of: session, in: account)
        #expect(try await walk("two", in: store).messages.count == Self.count - 1)
        #expect(try DatabaseFile(path: path).problems() == [])
    }

    @Test(
        "any other row that is not as it was written is an error to whoever reads it, and is named",
        arguments: [
            (ChecksummedTable.account, "name = 'other'"), (.account, "auth_token_digest = X'01'"),
            (.account, "secondary_token_digest = X'01'"), (.account, "date_created = date_created + 1"),
            (.apiKey, "read_only = 0"), (.apiKey, "secret_digest = X'01'"),
            (.assistant, "personality_prompt = 'other'"), (.assistant, "segment_credential_sealed = X''"),
            (.assistant, "perception_engine_enabled = 1"), (.session, "identity = 'user_id:mallory'"),
            (.session, "verified = 1"), (.session, "date_updated = date_updated + 64"),
            (.session, "date_created = date_created - 1"), (.session, "last_position = 36"),
            (.session, "deletions = 1"), (.session, "last_activity = last_activity + 1"),
            (.idempotencyKey, "body = X''"), (.idempotencyKey, "status = NULL"),
            (.idempotencyKey, "date_created = 1"), (.apiKey, "date_created = 1"),
            (ChecksummedTable(of: Tool.self), "meta = '{\"url\":\"https://example.com/other\"}'"),
            (ChecksummedTable(of: Tool.self), "enabled = 0"),
            (ChecksummedTable(of: ToolAttachment.self), "date_created = date_created - 1"),
            (ChecksummedTable(of: Policy.self), "details = '{\"a\":1}'"),
        ]
    )
    func changedRow(_ table: ChecksummedTable, _ change: String) async throws {
        let store = try SQLiteStore(path: path)
        let key = APIKey(sid: .random(), account: account, name: "", isReadOnly: true, dateCreated: .now)
        try await store.create(key, secretDigest: [2])
        let once = IdempotentWrite<[Message]>(IdempotentRequest(key: "once", digest: [1])) { _ in
            StoredAnswer(status: 201, body: [1])
        }
        let (session, message) = (SessionReference("two"), MessageID(unchecked: "two 7"))
        try await append(to: "two", in: store, once: once)
        let everything = PageRequest<AssistantCursor>(.first, size: 50)
        let assistant = try #require(await store.assistants(of: account, page: everything).items.first)
        let tool = Tool(ToolDetails(name: "t", type: "WEBHOOK", isEnabled: true), in: account)
        let policy = PolicyChange.create(PolicyDetails(.empty))
        _ = try await store.perform(ToolCreation(tool, attachedTo: assistant.id, policy: policy, once: nil))
        let policies = PageRequest<PolicyCursor>(.first, size: 50)
        let policyID = try await store.list(Policy.self, of: account, owner: nil, page: policies).items.first?.id
        let name =
            switch table.table {
            case .tool: "Tool \(tool.id)"
            case .toolAttachment: "Attachment of a tool \(tool.id) \(assistant.id)"
            case .policy: "Policy \(policyID?.text ?? "")"
            case .account: "Account \(account.text)"
            case .apiKey: "API key \(key.sid.text)"
            case .assistant: "Assistant \(assistant.id.text)"
            case .session, .message: "Session two"
            case .idempotencyKey: "Idempotency key once"
            default: "What is a row of \(table.name) called?"
            }
        let problem = "\(name) is not as it was written"
        let condition = table == .session ? "id = 'two'" : "true"
        try await store.write { db in
            try db.execute(sql: "UPDATE \(table.name) SET \(change) WHERE \(condition)")
        }

        switch table.table {
        case .account:
            await expectError(problem) { _ = try await store.sealedAuthToken(of: account) }
            await expectError(problem) { _ = try await store.credential(for: account.text) }
            await expectError(problem) { try await store.setSecondaryAuthToken(nil, of: account) }
            await expectError(problem) { try await store.promoteSecondaryAuthToken(of: account) }
        case .apiKey:
            await expectError(problem) { _ = try await store.apiKeys(of: account) }
            await expectError(problem) { _ = try await store.credential(for: key.sid.text) }
        case .assistant:
            await expectError(problem) { _ = try await store.assistant(assistant.id, in: account) }
            await expectError(problem) { _ = try await store.assistants(of: account, page: everything) }
            await expectError(problem) {
                _ = try await store.update(assistant.id, in: account, at: .now) { $0.name = "" }
            }
            await expectError(problem) { try await append(to: "four", in: store) }
        case .tool, .toolAttachment:
            await expectError(problem) {
                _ = try await store.items(
                    ToolAttachment.self,
                    attachedTo: assistant.id,
                    in: account,
                    page: PageRequest(.first, size: 50)
                )
            }
            guard table.table == .tool else { break }
            await expectError(problem) { _ = try await store.fetch(Tool.self, tool.id, in: account) }
            await expectError(problem) {
                let update = ToolUpdate(of: tool.id, in: account, at: .now, attachingTo: nil, policy: nil) { _ in }
                _ = try await store.perform(update)
            }
        case .policy:
            for owner in [nil, RowOwner.tool(tool.id)] {
                await expectError(problem) {
                    _ = try await store.list(Policy.self, of: account, owner: owner, page: policies)
                }
            }
        case .session, .message:
            await expectError(problem) { _ = try await store.session(session, in: account) }
            await expectError(problem) { _ = try await walk("two", in: store) }
            await expectError(problem) {
                _ = try await store.sessions(of: account, page: PageRequest(.first, size: 50))
            }
            // The damage may be what keeps it from matching.
            await expectError(problem) { _ = try await activeSessions(in: store) }
            await expectError(problem) { try await store.delete(message, of: session, in: account) }
            await expectError(problem) { try await append(to: "two", in: store) }
        case .idempotencyKey:
            await expectError(problem) { try await append(to: "two", in: store, once: once) }
        default: Issue.record("nothing reads a row of \(table.name)")
        }
        // An account that is damaged can be got at by its keys.
        if table != .apiKey { #expect(try await store.credential(for: key.sid.text)?.account == account) }
        await expectError(problem) { _ = try await store.rows(of: table.table, after: nil, limit: 1_000) }
        #expect(try DatabaseFile(path: path).problems().contains(problem))
        // What others have is as it was written.
        #expect(try await walk("three", in: store).messages.count == Self.count)

        switch table.table {
        case .apiKey: try await store.revoke(key.sid, of: account)
        case .assistant: try await store.delete(assistant.id, in: account)
        case .session: try await store.delete(session, in: account)
        default: return
        }
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
        await expectError("Session two has not all of its messages") { _ = try await walk("two", in: store) }
        await #expect(throws: StoreError.self) { try await walkBack("two", in: store) }
        await #expect(throws: StoreError.self) { _ = try await filtered("two", by: Self.filters[1], in: store) }
        if condition == "key" || condition.contains("> 90") {
            await expectError("Session two has not all of its messages") { _ = try await activeSessions(in: store) }
        }
        await #expect(throws: StoreError.self) { _ = try await store.lockWrites() }
        let problems = try DatabaseFile(path: path).problems()
        #expect(problems.first == "1 sessions have not all of their messages")
        // Their words are still there.
        #expect(problems.dropFirst().map { $0.prefix(20) } == ["The search index has"])
    }

    @Test("an index that points to another session, or to none, is an error to readers and writers", arguments: [3, 4])
    func indexOfSessions(number: UInt8) async throws {
        // An entry is the account, the session, and the number of the row in one byte.
        try change { file in
            let entry = try #require(file.range(of: Data((account.text + "two").utf8 + [2])))
            file[entry.upperBound - 1] = number
        }
        let store = try SQLiteStore(path: path)
        let two = SessionReference("two")
        await #expect(throws: StoreError.self) { try await walk("two", in: store) }
        await #expect(throws: StoreError.self) { _ = try await store.session(two, in: account) }
        await #expect(throws: StoreError.self) { _ = try await store.sessions(of: account, after: nil, limit: 9) }
        await #expect(throws: StoreError.self) { try await append(to: "two", in: store) }
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

    @Test("what is left of deleted sessions is never what a session has")
    func deletedSessions() async throws {
        let store = try SQLiteStore(path: path)
        try await store.write { db in try db.execute(sql: "INSERT INTO deleted_session (number) VALUES (1)") }
        try await store.collectGarbage()
        #expect(try await walk("one", in: store).messages.count == Self.count)
    }

    @Test(
        "checksums tell values apart that have the same bytes",
        arguments: [
            ("'a'", "X'61'"), ("''", "X''"), ("NULL", "''"), ("0", "X''"), ("'ab', 'c'", "'a', 'bc'"), ("1, 2", "2, 1"),
        ]
    )
    func checksums(_ values: String, _ others: String) async throws {
        let sql = "SELECT \(RowChecksum.sql(of: [values])) = \(RowChecksum.sql(of: [others]))"
        #expect(try await SQLiteStore(path: path).read { db in try Bool.fetchOne(db, sql: sql) } == false)
    }

    @Test("a turn whose session is damaged does not hold up those of others")
    func turns() async throws {
        let store = try SQLiteStore(path: path)
        let turns = try await TurnFixture(store)
        for text in ["1", "2"] { try await turns.accept(text, in: "damaged") }
        try await turns.finish(#require(await turns.begin().first), reply: nil)
        try await turns.accept("3", in: "other")
        try await store.write { db in
            try db.execute(sql: "UPDATE session SET identity = 'user_id:mallory' WHERE id = 'damaged'")
        }
        #expect(try await turns.begin().map(\.message?.position) == [nil, 1])
    }

    @Test("a tool that is attached and not found is damage, and not a missing assistant")
    func missingTool() async throws {
        let store = try SQLiteStore(path: path)
        let assistant = Assistant(AssistantDetails(name: "Ann"), in: account)
        try await store.create(assistant)
        let tool = Tool(ToolDetails(name: "t", type: "WEBHOOK", isEnabled: true), in: account)
        _ = try await store.perform(ToolCreation(tool, attachedTo: assistant.id, policy: nil, once: nil))
        let page = PageRequest<ToolAttachmentCursor>(.first, size: 10)
        func read() async throws {
            _ = try await store.items(ToolAttachment.self, attachedTo: assistant.id, in: account, page: page)
        }
        try await read()
        // As if the index by id lacked it.
        try await DatabaseQueue(path: path).writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA foreign_keys = OFF; DELETE FROM tool")
        }
        await Refusal.fault.expect { try await read() }
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
        await expectError("is not as it was written") {
            switch table {
            case "account": _ = try await store.credential(for: account.text)
            case "api_key": _ = try await store.apiKeys(of: account)
            case "assistant": _ = try await store.assistants(of: account, page: PageRequest(.first, size: 9))
            default: _ = try await store.session(SessionReference("one"), in: account)
            }
        }
    }

    @Test("rows of an older version are as they were written, and a session may have lost messages by deletion")
    func olderVersion() async throws {
        let newer = try SQLiteStore(path: path)
        let key = APIKey(sid: .random(), account: account, name: "é", isReadOnly: true, dateCreated: .now)
        try await newer.create(key, secretDigest: [2])
        let answer = StoredAnswer(status: 201, body: [1])
        let once = IdempotentWrite<[Message]>(IdempotentRequest(key: "once", digest: [1])) { _ in answer }
        try await append(to: "three", in: newer, once: once)
        let older = directory.file("older.sqlite")
        let queue = try DatabaseQueue(path: older)
        try Migrations.all.migrate(queue, upTo: "8 secondary auth tokens, read-only keys")
        try queue.inDatabase { [path] db in
            try db.execute(sql: "ATTACH ? AS newer", arguments: [path])
            for table in ChecksummedTable.all.map(\.name) {
                let columns = try db.columns(in: table).map(\.name).joined(separator: ", ")
                try db.execute(sql: "INSERT INTO \(table) (\(columns)) SELECT \(columns) FROM newer.\(table)")
            }
            try db.execute(sql: "DELETE FROM message WHERE id = 'two 7'; DETACH newer")
        }
        let store = try SQLiteStore(path: older)
        #expect(try await walk("two", in: store).messages.count == Self.count - 1)
        #expect(try await walk("one", in: store) == walk("one", in: newer))
        #expect(try await store.credential(for: key.sid.text)?.isReadOnly == true)
        #expect(try await append(to: "three", in: store, once: once) == answer)
        #expect(try DatabaseFile(path: older).problems() == [])
    }

    @Test("an upgrade fills in the last activities, and hides no damage")
    func upgrade() async throws {
        let older = directory.file("older.sqlite")
        let queue = try DatabaseQueue(path: older, configuration: SQLiteStore.configuration)
        try Migrations.all.migrate(queue, upTo: "10 checksums of other rows, mirrors of indexes")
        let future = Timestamp(microseconds: Timestamp.now.microseconds + 86_400_000_000)
        try queue.inDatabase { [path, account] db in
            let older = ChecksummedTable.session.columns.filter { $0 != "last_activity" }
            try db.execute(sql: "ATTACH ? AS newer", arguments: [path])
            for table in ["account", "message"] {
                try db.execute(sql: "INSERT INTO \(table) SELECT * FROM newer.\(table)")
            }
            try db.execute(
                sql: """
                    INSERT INTO session (number, stamp, checksum, \(older.joined(separator: ", ")))
                    SELECT number, 0, 0, \(older.joined(separator: ", ")) FROM newer.session;
                    UPDATE session SET date_updated = CASE id WHEN 'one' THEN 5000000 ELSE \(future.microseconds) END;
                    UPDATE session SET checksum = \(RowChecksum.sql(of: older));
                    UPDATE session SET identity = 'user_id:mallory' WHERE id = 'three';
                    """
            )
            #expect(
                try Int.fetchOne(
                    db,
                    sql: "SELECT count(*) FROM session WHERE account_sid = ?",
                    arguments: [account.text]
                ) == 3
            )
        }
        let (start, store) = (Timestamp.now, try SQLiteStore(path: older))
        let problem = "Session three is not as it was written"
        await expectError(problem) { _ = try await activeSessions(in: store) }
        #expect(try DatabaseFile(path: older).problems() == [problem])
        try await store.delete(SessionReference("three"), in: account)
        let sessions = try await activeSessions(in: store)
        #expect(sessions.map(\.session.id.text) == ["two", "one"])
        let activities = sessions.compactMap(\.summary?.lastActivity)
        #expect(activities[1].microseconds == 5_000_000)
        // A caller's date that is yet to come is no activity.
        #expect((start...Timestamp.now).contains(activities[0]))
    }

    // MARK: Reading

    /// What is read of a database: the sessions, the walks through each and back, and the lists of sessions and assistants. Without
    /// that which is an error.
    private func readings(of path: String) async -> [String: String] {
        var readings: [String: String] = [:]
        func note(_ what: String, _ read: (SQLiteStore) async throws -> Any) async {
            guard let store, let reading = try? await read(store) else { return }
            readings[what] = "\(reading)"
        }
        let store = try? SQLiteStore(path: path)
        for session in Self.sessions {
            await note("session \(session)") { try await $0.session(SessionReference(session), in: account) }
            await note("walk through \(session)") { try await walk(session, in: $0) }
            await note("walk back through \(session)") { try await walkBack(session, in: $0) }
            await note("filtered \(session)") { try await filtered(session, by: Self.filters[0], in: $0) }
        }
        await note("sessions") { try await $0.sessions(of: account, page: PageRequest(.first, size: 50)) }
        await note("sessions by activity") { try await activeSessions(in: $0) }
        await note("assistants") { try await $0.assistants(of: account, page: PageRequest(.first, size: 50)) }
        return readings
    }

    /// With their last messages.
    private func activeSessions(in store: SQLiteStore) async throws -> [ListedSession] {
        // Which leaves none out.
        let filter = SessionFilter(updated: DateRange(from: Timestamp(microseconds: 0)))
        let request = SessionPageRequest<SessionActivityCursor>(
            of: account,
            page: PageRequest(.first, in: .descending, size: 50),
            matching: filter,
            includesSummaries: true
        )
        return try await store.matchingSessions(request).items
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

    /// The ids of all messages that match.
    private func filtered(_ session: String, by filter: MessageFilter, in store: SQLiteStore) async throws -> [String] {
        var ids: [String] = []
        _ = try await store.readMatchingMessages(
            MessagePageRequest(
                of: SessionReference(session),
                in: account,
                page: PageRequest(.first, size: 1_000),
                matching: filter
            )
        ) { ids.append($0.id.text) }
        return ids
    }

    private func expectError(
        _ words: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async {
        let error = await #expect(throws: StoreError.self, sourceLocation: sourceLocation) { try await body() }
        #expect("\(error.debugDescription)".contains(words), sourceLocation: sourceLocation)
    }

    /// Where the first pages of tables and of their indexes are in the file.
    private func bytes(ofTables tables: [String]) throws -> [Int] {
        let names = tables.map { "'\($0)'" }.joined(separator: ", ")
        return try DatabaseQueue(path: path).read { db in
            let size = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
            return try Int.fetchAll(db, sql: "SELECT rootpage FROM sqlite_schema WHERE tbl_name IN (\(names))")
                .flatMap { page in (page - 1) * size..<page * size }
        }
    }

    private func change(_ body: (inout Data) throws -> Void) throws {
        var file = try Data(contentsOf: URL(fileURLWithPath: path))
        try body(&file)
        try file.write(to: URL(fileURLWithPath: path))
    }

    // MARK: Messages

    /// - Returns: the answer that was kept, where it was done before.
    @discardableResult
    private func append(
        to session: String,
        in store: SQLiteStore,
        once: IdempotentWrite<[Message]>? = nil
    ) async throws -> StoredAnswer? {
        let result = try await store.append(
            [MessageDraft(role: .user, content: try JSONObject("{}"))],
            to: SessionReference(session),
            in: account,
            defaults: Self.defaults,
            once: once
        )
        if case .replayed(let answer) = result { return answer }
        return nil
    }

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
