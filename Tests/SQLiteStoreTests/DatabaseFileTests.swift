import AssistantsStore
import Foundation
import GRDB
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("The database's file")
struct DatabaseFileTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("understudy.sqlite")
    }

    @Test("what was stored is there after opening again")
    func reopens() async throws {
        let account = try await makeDatabaseWithAccount()
        #expect(try await SQLiteStore(path: path).accounts().map(\.sid) == [account])
    }

    @Test("writes are synchronized to the disk at every commit")
    func isDurable() async throws {
        let store = try SQLiteStore(path: path)
        let (journal, synchronous) = try await store.pool.writeWithoutTransaction { db in
            (try String.fetchOne(db, sql: "PRAGMA journal_mode"), try Int.fetchOne(db, sql: "PRAGMA synchronous"))
        }
        #expect(journal == "wal")
        #expect(synchronous == 2)
    }

    @Test("a new file has pages of 8 kB")
    func pageSize() async throws {
        let store = try SQLiteStore(path: path)
        let size = try await store.pool.read { db in try Int.fetchOne(db, sql: "PRAGMA page_size") }
        #expect(size == 8_192)
    }

    @Test("a file that is no database is refused and left alone")
    func notADatabase() throws {
        let text = String(repeating: "not a database ", count: 100)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let error = #expect(throws: DatabaseFileError.self) { try SQLiteStore(path: path) }
        #expect(error?.description.contains("is not a SQLite database") == true)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }

    @Test("another program's database is refused and left alone")
    func foreign() throws {
        let queue = try DatabaseQueue(path: path)
        try queue.inDatabase { db in try db.execute(sql: "CREATE TABLE t (x)") }
        let error = #expect(throws: DatabaseFileError.self) { try SQLiteStore(path: path) }
        #expect(error?.description.contains("another program's") == true)
        #expect(try queue.inDatabase { db in try String.fetchOne(db, sql: "PRAGMA journal_mode") } == "delete")
    }

    @Test("an empty file becomes a database")
    func empty() async throws {
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(try await SQLiteStore(path: path).accounts().isEmpty)
    }

    @Test("a database from a newer version is refused and left alone")
    func newer() async throws {
        _ = try SQLiteStore(path: path, migrator: Self.nextVersion)
        let error = #expect(throws: DatabaseFileError.self) { try SQLiteStore(path: path) }
        #expect(error?.description.contains("newer version") == true)
        _ = try SQLiteStore(path: path, migrator: Self.nextVersion)
    }

    @Test("an older database is migrated after a copy was put aside")
    func older() async throws {
        let account = try await makeDatabaseWithAccount()
        var copies: [String] = []
        let store = try SQLiteStore(path: path, migrator: Self.nextVersion) { copies.append($0) }
        #expect(copies == ["\(path).version-\(Migrations.all.migrations.count)"])
        #expect(try await store.accounts().map(\.sid) == [account])
        #expect(try await store.read { db in try db.tableExists("next") })
        // The copy is a database of the older version, with everything in it.
        let copy = try SQLiteStore(path: copies[0])
        #expect(try await copy.accounts().map(\.sid) == [account])
        #expect(try await copy.read { db in try !db.tableExists("next") })
    }

    @Test("a database is left as it is where its migration is not wanted now")
    func refusedMigration() async throws {
        _ = try SQLiteStore(path: path)
        struct NotNow: Error {}
        #expect(throws: NotNow.self) {
            _ = try SQLiteStore(path: path, migrator: Self.nextVersion) { _ in throw NotNow() }
        }
        #expect(!FileManager.default.fileExists(atPath: "\(path).version-\(Migrations.all.migrations.count)"))
        #expect(try await SQLiteStore(path: path).accounts().isEmpty)
    }

    @Test(
        "a check finds nothing wrong with a database of an older version",
        arguments: Migrations.all.migrations.dropLast()
    )
    func checksOlder(version: String) throws {
        try Migrations.all.migrate(
            DatabaseQueue(path: path, configuration: SQLiteStore.configuration),
            upTo: version
        )
        #expect(try DatabaseFile(path: path).problems() == [])
    }

    @Test("a check finds nothing wrong with messages of any role")
    func checksRoles() async throws {
        let account = try await makeDatabaseWithAccount()
        let drafts = try MessageRole.allCases.map {
            MessageDraft(role: $0, content: try JSONObject(#"{"a":[1.5e3,"é"]}"#))
        }
        let defaults = MessageDefaults(assistantName: "Test")
        _ = try await SQLiteStore(path: path)
            .append(drafts, to: SessionReference("s"), in: account, defaults: defaults, once: nil)
        #expect(try DatabaseFile(path: path).problems() == [])
    }

    @Test("a check says so of a copy that was not finished")
    func checksUnfinishedCopy() async throws {
        try await SQLiteStore(path: path).beginCopy(noting: [1])
        #expect(try DatabaseFile(path: path).problems() == ["A copy into it was not finished"])
    }

    /// Makes a database, stores an account in it, and closes it.
    private func makeDatabaseWithAccount() async throws -> AccountSID {
        let account = AccountSID.random()
        try await SQLiteStore(path: path).create(
            Account(sid: account, name: "n", dateCreated: .now),
            token: StoredAuthToken(digest: [], sealed: [])
        )
        return account
    }

    private static var nextVersion: DatabaseMigrator {
        var migrator = Migrations.all
        migrator.registerMigration("next") { db in try db.execute(sql: "CREATE TABLE next (x)") }
        return migrator
    }
}
