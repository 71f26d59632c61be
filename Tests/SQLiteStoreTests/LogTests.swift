import AssistantsStore
import GRDB
import PrometheusMetrics
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("The write-ahead log")
struct LogTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("understudy.sqlite")
    }

    @Test("a log that grew large is emptied by housekeeping, when nobody reads it")
    func truncatesLargeLog() async throws {
        let metrics = MetricsRegistry()
        let store = try SQLiteStore(path: path, metrics: metrics)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let reader = try DatabaseQueue(path: path, configuration: configuration)
        try reader.inDatabase { db in try db.execute(sql: "BEGIN; SELECT count(*) FROM message") }
        try await fill(store)
        #expect(metrics.text.contains("understudy_write_ahead_log_bytes 7"))
        try await store.collectGarbage()
        #expect(SQLiteStore.logSize(of: path) > SQLiteStore.maximumLogSize)
        try reader.inDatabase { db in try db.execute(sql: "COMMIT") }
        try await store.collectGarbage()
        #expect(SQLiteStore.logSize(of: path) == 0)
        #expect(metrics.text.contains("understudy_write_ahead_log_bytes 0.0"))
    }

    @Test("a log that is not large is left to SQLite")
    func leavesSmallLog() async throws {
        let store = try SQLiteStore(path: path)
        let size = SQLiteStore.logSize(of: path)
        try await store.collectGarbage()
        #expect(SQLiteStore.logSize(of: path) == size)
        #expect(size > 0)
    }

    @Test("a log that starts over gives back what it took of the disk beyond its limit")
    func limitsLog() async throws {
        let store = try SQLiteStore(path: path)
        try await fill(store)
        // The next commit checkpoints, and the one behind it starts the log over.
        for _ in 1...2 { try await store.write { db in try db.execute(sql: "INSERT INTO filling VALUES (x'')") } }
        #expect(SQLiteStore.logSize(of: path) <= SQLiteStore.maximumLogSize)
    }

    @Test("a list with a filter writes a large log back before it reads, so that the next commit starts it over")
    func scanLimitsLog() async throws {
        let store = try SQLiteStore(path: path)
        let account = AccountSID.random()
        try await store.create(
            Account(sid: account, name: "", dateCreated: .now),
            token: StoredAuthToken(digest: [], sealed: [])
        )
        let draft = MessageDraft(role: .user, content: .empty)
        func append() async throws {
            let defaults = MessageDefaults(assistantName: "Test")
            _ = try await store.append([draft], to: SessionReference("s"), in: account, defaults: defaults, once: nil)
        }
        func log() throws -> (pageCount: Int, isWrittenBack: Bool) { try #require(store.header).log }
        // A reader is in the way of SQLite's own attempts.
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let reader = try DatabaseQueue(path: path, configuration: configuration)
        try reader.inDatabase { db in try db.execute(sql: "BEGIN; SELECT count(*) FROM message") }
        try await fill(store)
        try await append()
        #expect(try log().pageCount > SQLiteStore.largeLog && !log().isWrittenBack)
        try reader.inDatabase { db in try db.execute(sql: "COMMIT") }
        let request = MessagePageRequest(
            of: SessionReference("s"),
            in: account,
            page: PageRequest(.first, size: 50),
            matching: MessageFilter(roles: [.user])
        )
        var count = 0
        _ = try await store.readMatchingMessages(request) { _ in count += 1 }
        #expect(count == 1)
        #expect(try log().isWrittenBack)
        try await append()
        #expect(try log().pageCount < 100)
    }

    @Test("a reader of a page waits a few milliseconds for a locked database, and no longer")
    func readersDoNotWait() throws {
        // Nobody else may have it open.
        _ = try SQLiteStore(path: path)
        let readers = ReaderPool(path: path, configuration: SQLiteStore.configuration, limits: StoreLimits())
        let other = try DatabaseQueue(path: path)
        try other.inDatabase { db in
            try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE locked (x)")
            let start = ContinuousClock.now
            let error = #expect(throws: DatabaseError.self) { try readers.read { _ in } }
            #expect(start.duration(to: .now) < .seconds(1))
            guard case .unavailable? = error.map({ StoreError($0) }) else {
                Issue.record("\(String(describing: error)) is not unavailable")
                return
            }
        }
    }

    /// Writes 70 MiB in one transaction.
    private func fill(_ store: SQLiteStore) async throws {
        try await store.write { db in
            try db.execute(sql: "CREATE TABLE filling (x); INSERT INTO filling VALUES (zeroblob(70 << 20))")
        }
    }
}
