import AssistantsStore
import Foundation
import GRDB
import PostgresStore
import SQLiteStore
import Synchronization
import TestSupport
import Testing
import TranscriptImport

@testable import TranscriptExport

@Suite("Exporting transcripts", .serialized)
struct ExportTests {
    enum Kind: CaseIterable {
        case sqlite, postgres
    }

    private let directory: TemporaryDirectory
    private let databases: [TestDatabase]

    init() throws {
        directory = try TemporaryDirectory()
        databases = [try TestDatabase(), try TestDatabase()]
    }

    /// An empty store with an account: `number` is 0 or 1.
    private func open(_ kind: Kind, _ number: Int = 0) async throws -> (any Store, AccountSID) {
        let store: any Store
        switch kind {
        case .sqlite: store = try SQLiteStore(path: directory.file("\(number).sqlite"))
        case .postgres:
            try await PostgresStore.migrate(url: databases[number].url)
            store = try await PostgresStore(url: databases[number].url)
        }
        return (store, try await createAccount(in: store))
    }

    private func createAccount(in store: any Store) async throws -> AccountSID {
        let account = AccountSID.random()
        try await store.create(
            Account(sid: account, name: "", dateCreated: .now),
            token: StoredAuthToken(digest: Array(account.text.utf8), sealed: [])
        )
        return account
    }

    private func put(_ messages: [NewMessage], _ account: AccountSID, in store: any Store) async throws {
        let defaults = MessageDefaults(assistantName: "Test")
        _ = try await store.importMessages(messages, to: account, defaults: defaults)
    }

    /// `count` short messages of a session.
    private func messages(_ session: String, _ count: Int, identity: String? = nil) throws -> [NewMessage] {
        try (0..<count).map { number in
            NewMessage(
                id: MessageID(unchecked: "aia_msg_\(number)"),
                sessionID: SessionID(unchecked: session),
                identity: identity,
                role: number.isMultiple(of: 2) ? .user : .assistant,
                content: try JSONObject(#"{"content":"\#(session) \#(number)"}"#)
            )
        }
    }

    /// What is hard to give back: dates, escapes, JSON of earlier versions, what was edited and deleted.
    private func fill(_ store: any Store, _ account: AccountSID) async throws {
        let odd = NewMessage(
            id: MessageID(unchecked: "aia_msg_odd \"\\\u{1}\n é"),
            sessionID: SessionID(unchecked: "webhook:odd \"\\\u{1}\n é/😀"),
            assistantID: AssistantID(unchecked: "aia_asst_1"),
            identity: "user_id:\"a\"\t",
            role: .tool,
            content: JSONObject(unchecked: "{ \"b\" : 1e400,\r\n\"a\":[1.0, \"\\u00e9\\/\"] }"),
            meta: JSONObject(unchecked: "{\n\"x\" : null}"),
            dateCreated: Timestamp(microseconds: 1_700_000_000_123_456),
            dateUpdated: Timestamp(microseconds: 1_700_000_000_123_457)
        )
        let early = NewMessage(
            id: MessageID(unchecked: "aia_msg_early"),
            sessionID: odd.sessionID,
            role: .knowledge,
            content: .empty,
            dateCreated: Timestamp(microseconds: -1),
            // As earlier versions did.
            dateUpdated: Timestamp(microseconds: -3_000_000)
        )
        try await put([odd, early], account, in: store)
        // The first is deleted, so that the session's own fields are those of a message that is gone.
        for session in ["a", "emptied", "deleted", "B", "a!", "zz"] {
            try await put(messages(session, 5, identity: "user_id:\(session)"), account, in: store)
            let reference = SessionReference(session)
            for number in session == "emptied" ? 0..<5 : 0..<1 {
                try await store.delete(MessageID(unchecked: "aia_msg_\(number)"), of: reference, in: account)
            }
            if session != "emptied" {
                let changes = MessageChanges(content: try JSONObject(#"{"content":"edited"}"#))
                let id = MessageID(unchecked: "aia_msg_2")
                _ = try await store.update(id, of: reference, in: account, with: changes, at: .now)
            }
        }
        try await store.delete(SessionReference("deleted"), in: account)
    }

    // MARK: Running

    /// Exports to a file, which may exist, and gives what it then has.
    private func export(
        _ account: AccountSID,
        in store: any Store,
        _ selection: TranscriptExporter.Selection = .all,
        to name: String = UUID().uuidString,
        pageSize: Int = 2,
        isInterrupted: @escaping @Sendable () -> Bool = { false }
    ) async throws -> (text: String, output: ExportOutput) {
        let path = directory.file(name)
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT, 0o600)
        defer { close(descriptor) }
        var output = try ExportOutput(file: descriptor, path: path)
        let exporter = TranscriptExporter(
            of: account,
            in: store,
            selection: selection,
            pageSize: pageSize,
            isInterrupted: isInterrupted
        )
        try await exporter.run(to: &output)
        return (try String(contentsOfFile: path, encoding: .utf8), output)
    }

    private func importFile(_ text: String, _ account: AccountSID, into store: any Store) async throws -> ImportResult {
        let path = directory.file("\(UUID())")
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        let importer = TranscriptImporter(into: store, account: account, numbers: .any)
        return try await importer.run(ImportInput(path: path)).messages
    }

    private func sessions(_ text: String) -> [String] {
        var sessions: [String] = []
        for line in text.split(separator: "\n") {
            let session = String(line.split(separator: "\"", omittingEmptySubsequences: false)[3])
            if sessions.last != session { sessions.append(session) }
        }
        return sessions
    }

    // MARK: Tests

    @Test("an imported export is exported as the same bytes, by either store", arguments: Kind.allCases, Kind.allCases)
    func roundTrip(_ from: Kind, _ to: Kind) async throws {
        let (source, account) = try await open(from, 0)
        let (target, other) = try await open(to, 1)
        try await fill(source, account)
        let (text, output) = try await export(account, in: source)
        #expect(output.messages == 18 && output.sessions == 5)
        #expect(output.size == text.utf8.count)
        #expect(sessions(text) == ["B", "a", "a!", "webhook:odd \\", "zz"])
        #expect(text.contains(#""content":{ "b" : 1e400,"a":[1.0, "\u00e9\/"] },"meta":{"x" : null},"#))
        #expect(
            text.contains(
                #""date_created":"2023-11-14T22:13:20.123456Z","date_updated":"2023-11-14T22:13:20.123457Z"}"#
            )
        )
        #expect(text.contains(#""date_created":"1969-12-31T23:59:59.999999Z""#))

        #expect(try await importFile(text, other, into: target).stored == 18)
        #expect(try await export(other, in: target, pageSize: 200).text == text)
        // Every value is the same, so that the file changes nothing where it came from.
        #expect(try await importFile(text, account, into: source).alreadyThere == 18)
    }

    @Test("a file that was cut off anywhere is continued to the same bytes and digest", arguments: Kind.allCases)
    func continues(_ kind: Kind) async throws {
        let (store, account) = try await open(kind)
        try await fill(store, account)
        let (whole, output) = try await export(account, in: store, pageSize: 200)
        let bytes = Data(whole.utf8)
        for length in stride(from: 0, through: bytes.count, by: 97) {
            for end in [Data(), Data([0, 0, 0]), Data("no line\n".utf8)] {
                try (bytes.prefix(length) + end).write(to: URL(fileURLWithPath: directory.file("cut")))
                let (text, continued) = try await export(account, in: store, to: "cut", pageSize: 200)
                #expect(text == whole, "cut at \(length)")
                #expect(continued.sha256 == output.sha256 && continued.messages == 18 && continued.sessions == 5)
            }
        }
    }

    @Test("a file ends for an export before a line whose session cannot be")
    func impossibleSession() async throws {
        let (store, account) = try await open(.sqlite)
        try await fill(store, account)
        let whole = try await export(account, in: store).text
        for id in ["", "\\x", String(repeating: "x", count: SessionID.maximumLength + 1)] {
            let other = "{\"session_id\":\"\(id)\"}\n{\"session_id\":\"zz\"}\n{\"session_id\":\"zzz\"}\n"
            try (whole + other).write(toFile: directory.file("other"), atomically: false, encoding: .utf8)
            #expect(try await export(account, in: store, to: "other").text == whole)
        }
    }

    @Test("an interrupted export says so, and is continued to the same bytes", arguments: Kind.allCases)
    func interrupted(_ kind: Kind) async throws {
        let (store, account) = try await open(kind)
        try await fill(store, account)
        let whole = try await export(account, in: store).text
        for pages in 1...6 {
            let left = Mutex(pages)
            await #expect(throws: ExportError.self) {
                try await export(account, in: store, to: "i\(pages)") {
                    left.withLock { left in
                        left -= 1
                        return left < 0
                    }
                }
            }
            #expect(
                try String(contentsOfFile: directory.file("i\(pages)"), encoding: .utf8).utf8.count < whole.utf8.count
            )
            #expect(try await export(account, in: store, to: "i\(pages)").text == whole)
        }
    }

    @Test("an export is interrupted while it counts or lists sessions", arguments: Kind.allCases)
    func interruptedEarly(_ kind: Kind) async throws {
        let (store, account) = try await open(kind)
        try await put(messages("s", 1), account, in: store)
        let left = Mutex(0)
        for (calls, report) in [(0, { _ in }), (1, { _ in }), (0, nil)] as [(Int, ((ExportProgress) -> Void)?)] {
            left.withLock { $0 = calls }
            // No session has this identity, so that none is read.
            let exporter = TranscriptExporter(
                of: account,
                in: store,
                selection: .identity("user_id:nobody"),
                isInterrupted: {
                    left.withLock { left in
                        left -= 1
                        return left < 0
                    }
                },
                report: report
            )
            var output = ExportOutput(stream: -1, name: "nothing")
            await #expect(throws: ExportError.self) { try await exporter.run(to: &output) }
        }
    }

    @Test("a session that is deleted while it is read is left out of a file, and an error in a stream")
    func deletedMeanwhile() async throws {
        let (store, account) = try await open(.sqlite)
        for session in ["a", "b", "c"] { try await put(messages(session, 10), account, in: store) }
        let whole = try await export(account, in: store).text
        #expect(sessions(whole) == ["a", "b", "c"])
        let (text, output) = try await export(account, in: store, isInterrupted: try deletion(of: "b", beforeCall: 8))
        #expect(text == whole.split(separator: "\n").filter { !$0.contains("\"b\"") }.map { "\($0)\n" }.joined())
        #expect(output.messages == 20 && output.sessions == 2)

        // Before its second page.
        let path = directory.file("stream")
        let descriptor = Foundation.open(path, O_WRONLY | O_CREAT, 0o600)
        defer { close(descriptor) }
        var stream = ExportOutput(stream: descriptor, name: "a stream")
        let isInterrupted = try deletion(of: "c", beforeCall: 7)
        let exporter = TranscriptExporter(of: account, in: store, pageSize: 2, isInterrupted: isInterrupted)
        let error = await #expect(throws: ExportError.self) { try await exporter.run(to: &stream) }
        #expect(error?.description.hasPrefix("Session c was deleted while it was being written.") == true)
    }

    /// Deletes a session when it is called so often, once before each page.
    private func deletion(of session: String, beforeCall number: Int) throws -> @Sendable () -> Bool {
        let database = try DatabaseQueue(path: directory.file("0.sqlite"))
        let calls = Atomic(0)
        return {
            if calls.add(1, ordering: .relaxed).newValue == number {
                try? database.write { db in
                    try db.execute(sql: "DELETE FROM session WHERE id = ?", arguments: [session])
                }
            }
            return false
        }
    }

    @Test("one account's sessions are exported, or one session, or those of one identity", arguments: Kind.allCases)
    func selects(_ kind: Kind) async throws {
        let (store, account) = try await open(kind)
        let other = try await createAccount(in: store)
        try await put(messages("a", 1, identity: "user_id:x"), account, in: store)
        try await put(messages("webhook:b", 1, identity: "user_id:y"), account, in: store)
        try await put(messages("c", 3, identity: "user_id:x"), account, in: store)
        // A session's identity is that of its first message.
        let reply = NewMessage(
            id: MessageID(unchecked: "aia_msg_reply"),
            sessionID: SessionID(unchecked: "c"),
            identity: "user_id:y",
            role: .assistant,
            content: .empty
        )
        try await put([reply], account, in: store)
        try await put(messages("o", 1, identity: "user_id:x"), other, in: store)
        #expect(try await sessions(export(account, in: store).text) == ["a", "c", "webhook:b"])
        #expect(try await sessions(export(other, in: store).text) == ["o"])
        #expect(try await sessions(export(account, in: store, .session(SessionReference("b"))).text) == ["webhook:b"])
        let (text, output) = try await export(account, in: store, .identity("user_id:x"))
        #expect(sessions(text) == ["a", "c"])
        #expect(output.messages == 5)
        await #expect(throws: StoreError.self) {
            try await export(account, in: store, .session(SessionReference("o")))
        }
    }
}
