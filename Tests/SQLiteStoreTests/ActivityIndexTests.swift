import AssistantsStore
import GRDB
import StoreConformance
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("The index of activity")
struct ActivityIndexTests {
    private let directory: TemporaryDirectory
    private let account = AccountSID.random()

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func store(maximumUnsettled: Int) async throws -> SQLiteStore {
        let store = try SQLiteStore(
            path: directory.file("understudy.sqlite"),
            migrator: Migrations.all,
            limits: StoreLimits(unsettledSessions: maximumUnsettled)
        )
        try await store.create(
            Account(sid: account, name: "", dateCreated: .now),
            token: StoredAuthToken(digest: [], sealed: [])
        )
        return store
    }

    private func append(_ number: Int, to sessions: [String], in store: SQLiteStore) async throws {
        let messages = sessions.map { session in
            NewMessage(
                id: MessageID(unchecked: "m\(number)"),
                sessionID: SessionID(unchecked: session),
                role: .user,
                content: .empty
            )
        }
        let defaults = MessageDefaults(assistantName: "Test")
        _ = try await store.importMessages(messages, to: account, defaults: defaults)
    }

    private func unsettledCount(_ store: SQLiteStore) async throws -> Int {
        try await store.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM session WHERE settled_activity IS NULL") ?? 0
        }
    }

    private func changes(_ store: SQLiteStore) async throws -> Int {
        try await store.pool.writeWithoutTransaction { $0.totalChangesCount }
    }

    @Test("an append to a session that is unsettled changes no index, however long the store has been in use")
    func steadyState() async throws {
        let store = try await store(maximumUnsettled: 100)
        // That has changes of its own.
        try await store.deleteSearchIndex()
        let sessions = (1...50).map { "s\($0)" }
        try await append(0, to: sessions, in: store)
        for round in 1...20 {
            for session in sessions { try await append(round, to: [session], in: store) }
            if round.isMultiple(of: 2) { try await store.collectGarbage() }
        }
        try await append(21, to: sessions, in: store)
        #expect(try await unsettledCount(store) == 50)
        let before = try await changes(store)
        for session in sessions { try await append(22, to: [session], in: store) }
        // A message, and its session.
        #expect(try await changes(store) - before == 2 * sessions.count)
        #expect(try await unsettledCount(store) == 50)
    }

    @Test("no more sessions are unsettled than may be, by appends, edits, or deletions")
    func maximum() async throws {
        let store = try await store(maximumUnsettled: 10)
        let sessions = (1...40).map { "s\($0)" }
        try await append(0, to: sessions, in: store)
        #expect(try await unsettledCount(store) == 0)
        for (number, session) in sessions.enumerated() {
            let (reference, id) = (SessionReference(session), MessageID(unchecked: "m0"))
            let changes = MessageChanges(meta: .empty)
            switch number % 3 {
            case 0: try await append(1, to: [session], in: store)
            case 1: _ = try await store.update(id, of: reference, in: account, with: changes, at: .now)
            default: try await store.delete(id, of: reference, in: account)
            }
            #expect(try await unsettledCount(store) < 10)
        }
        try await store.collectGarbage()
        #expect(try await unsettledCount(store) == 0)
    }

    @Test("housekeeping settles what is unsettled when it begins, and ends even if others unsettle as much meanwhile")
    func housekeeping() async throws {
        let store = try await store(maximumUnsettled: 100_000)
        let other = try SQLiteStore(path: directory.file("understudy.sqlite"))
        let sessions = (1...2_000).map { "s\($0)" }
        try await append(0, to: sessions, in: store)
        try await append(1, to: sessions, in: store)
        let writer = Task {
            var number = 2
            while !Task.isCancelled {
                try await append(number, to: sessions, in: other)
                number += 1
            }
        }
        try await store.collectGarbage()
        writer.cancel()
        try await writer.value
    }

    @Test("a session that somebody else creates in place of one that was undone is as active as its last message")
    func undoneCreation() async throws {
        let store = try await store(maximumUnsettled: 100)
        try await append(0, to: ["full"], in: store)
        try await store.pool.write { db in
            let update = ChecksummedTable.session.update(["last_position": "\(MessageKey.maximumPosition)"])
            try db.execute(sql: update)
        }
        await #expect(throws: StoreError.self) { try await append(1, to: ["new", "full"], in: store) }
        let other = try SQLiteStore(path: directory.file("understudy.sqlite"))
        try await append(0, to: ["other"], in: other)
        func activity() async throws -> Int64? {
            try await store.read { db in
                try Int64.fetchOne(db, sql: "SELECT last_activity FROM session WHERE id = 'other'")
            }
        }
        let created = try #require(try await activity())
        try await Task.sleep(for: .milliseconds(20))
        try await append(1, to: ["other"], in: store)
        #expect(try #require(try await activity()) > created)
    }
}
