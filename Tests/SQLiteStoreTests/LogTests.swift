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

    @Test("lists with a filter let the log start over, however many there are")
    func scansLimitLog() async throws {
        let store = try SQLiteStore(path: path)
        let account = AccountSID.random()
        try await store.create(
            Account(sid: account, name: "", dateCreated: .now),
            token: StoredAuthToken(digest: [], sealed: [])
        )
        func append(_ count: Int, _ length: Int, to session: String) async throws {
            let text = String(repeating: "x", count: length)
            let draft = MessageDraft(role: .user, content: try JSONObject(#"{"content":"\#(text)"}"#))
            _ = try await store.append(
                Array(repeating: draft, count: count),
                to: SessionReference(session),
                in: account,
                defaults: MessageDefaults(assistantName: "Test"),
                once: nil
            )
        }
        for _ in 1...20 { try await append(1_000, 10, to: "long") }
        var scan = ScanBudget()
        scan.slice = 5_000
        let request = MessagePageRequest(
            of: SessionReference("long"),
            in: account,
            page: PageRequest(.first, size: 50, scan: scan),
            matching: MessageFilter(roles: [.tool])
        )
        var (restarts, pages, scans) = (0, 0, 0)
        await withTaskGroup { group in
            for _ in 1...4 {
                group.addTask {
                    var count = 0
                    while !Task.isCancelled {
                        do {
                            _ = try await store.readMatchingMessages(request) { _ in }
                            count += 1
                        } catch {
                            #expect(Task.isCancelled, "\(error)")
                        }
                    }
                    return count
                }
            }
            // 160 MB.
            for _ in 1...400 {
                try? await append(200, 2_000, to: "other")
                let now = store.header?.log.pageCount ?? 0
                if now < pages { restarts += 1 }
                pages = now
            }
            group.cancelAll()
            for await count in group { scans += count }
        }
        #expect(scans >= 4)
        // It starts over 10 to 20 times without scans, and hardly ever if these are in its way.
        #expect(restarts >= 3)
    }

    @Test("a reader of a page waits a few milliseconds for a locked database, and no longer")
    func readersDoNotWait() throws {
        // Nobody else may have it open.
        _ = try SQLiteStore(path: path)
        let readers = ReaderPool(path: path, configuration: SQLiteStore.configuration)
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
