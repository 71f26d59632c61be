import AssistantsStore
import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing
import TextSearch

@testable import SQLiteStore
@testable import StoreConformance

@Suite("The search index")
struct SearchIndexTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("understudy.sqlite")
    }

    private func store(clock: StoreClock = .steady(), messagesInPart: Int = 250_000) throws -> SQLiteStore {
        let limits = StoreLimits(messagesInSearchPart: messagesInPart, messagesWithoutSearchIndex: 0)
        return try SQLiteStore(path: path, migrator: Migrations.all, clock: clock, limits: limits)
    }

    private func parts(_ store: SQLiteStore) async throws -> [SearchPart] {
        try await store.read { db in try Row.fetchAll(db, sql: SearchPart.all).map(SearchPart.init) }
    }

    private func index(_ store: SQLiteStore) async throws -> (indexedFrom: Int64, isDamaged: Bool)? {
        try await store.read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM search_index").map { ($0["indexed_from"], $0["is_damaged"]) }
        }
    }

    // MARK: What it has

    @Test("the index proposes: what it lacks is not found, and what it has too much is not shown")
    func proposals() async throws {
        let store = try store()
        let fixture = try await Fixture(store)
        try await fixture.put([.message("m1", "apple pear"), .message("m2", "apple plum")])
        #expect(try await fixture.found("apple") == ["m1", "m2"])
        let key = MessageKey(SessionNumber(1), position: 1).value
        let prefix = fixture.account.searchPrefix
        let part = try #require(try await parts(store).first)
        try await store.write { db in
            try db.execute(sql: part.removal, arguments: [key, "\(prefix)apple \(prefix)pear"])
            try db.execute(sql: part.insertion, arguments: [key, "\(prefix)fig"])
        }
        // It has as many messages as before.
        #expect(try DatabaseFile(path: path).problems() == [])
        #expect(try DatabaseFile(path: path).problems(isDeep: true).count == 1)
        try await store.write { db in
            try db.execute(sql: part.insertion, arguments: [key + 100, "\(prefix)fig"])
        }
        #expect(try await fixture.found("apple") == ["m2"])
        #expect(try await fixture.foundAnywhere("apple") == ["m2"])
        #expect(try await fixture.found("fig") == [])
        #expect(try await fixture.foundAnywhere("fig") == [])
        // Only beginnings of words: texts are compared in a session.
        #expect(try await fixture.found("app*") == ["m1", "m2"])
        try await store.deleteSearchIndex()
        #expect(try await fixture.foundAnywhere("apple") == ["m2", "m1"])
        try await store.createSearchIndex()
        try await store.maintainSearchIndex()
        #expect(try #require(try await index(store)).indexedFrom == 0)
        #expect(try await fixture.found("apple") == ["m1", "m2"])
        #expect(try await fixture.foundAnywhere("apple") == ["m2", "m1"])
        #expect(try DatabaseFile(path: path).problems() == [])
    }

    @Test("parts have a bounded number of messages, and a word has one account's messages alone")
    func boundedParts() async throws {
        let store = try store(messagesInPart: 10)
        let fixture = try await Fixture(store)
        let neighbor = try await fixture.neighbor()
        for number in 1...45 {
            try await fixture.put([.message("m\(number)", "word", in: "s\(number % 3)")])
            try await neighbor.put([.message("n\(number)", "word", in: "s\(number % 3)")])
        }
        #expect(try await parts(store).map(\.count) == Array(repeating: 10, count: 9))
        let numbers = [0, 2, 1].flatMap { session in (1...45).filter { $0 % 3 == session }.reversed() }
        #expect(try await fixture.foundAnywhere("word") == numbers.map { "m\($0)" })
        #expect(try await neighbor.foundAnywhere("word") == numbers.map { "n\($0)" })
    }

    @Test("accounts whose words begin with the same letters do not find each other's messages")
    func samePrefix() async throws {
        let store = try store()
        for (number, digit) in ["a", "b"].enumerated() {
            let account = AccountSID(unchecked: "AC\(String(repeating: digit, count: 26))C0FFEE")
            try await store.create(Account(sid: account, name: "", dateCreated: .now), token: .meaningless)
            let messages = [try NewMessage.message("m\(number)", "word")]
            _ = try await store.importMessages(messages, to: account, defaults: Fixture.defaults)
        }
        for (number, digit) in ["a", "b"].enumerated() {
            let account = AccountSID(unchecked: "AC\(String(repeating: digit, count: 26))C0FFEE")
            let page = PageRequest<AccountMessageCursor>(.first, in: .descending, size: 9, scan: .search)
            let filter = MessageFilter(query: try SearchQuery("word"))
            let request = AccountMessagesRequest(of: account, page: page, matching: filter)
            #expect(try await store.matchingMessages(request).items.map(\.id.text) == ["m\(number)"])
        }
    }

    // MARK: Changes

    @Test("filtered lists are the same while the index is deleted and built again and again", .timeLimit(.minutes(5)))
    func rebuilding() async throws {
        let store = try store(messagesInPart: 30)
        try await withThrowingTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    try await store.deleteSearchIndex()
                    try await store.createSearchIndex()
                    try await store.maintainSearchIndex()
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            for seed in 0..<4 as Range<UInt64> {
                // A short slice has other pages by the index than without it.
                var run = AccountMessagesRun(try await Fixture(store), seed: seed, isSliced: false)
                try await run.compare()
                var filtered = FilteredRun(try await Fixture(store), seed: seed, isSliced: false)
                try await filtered.compare()
            }
            group.cancelAll()
        }
        try await store.maintainSearchIndex()
        #expect(try DatabaseFile(path: path).problems(isDeep: true) == [])
    }

    @Test("a write that is undone leaves nothing in the index, and those beside it do")
    func undoneWrites() async throws {
        let store = try store()
        let fixture = try await Fixture(store)
        try await fixture.put([.message("m1", "first")])
        try await withThrowingTaskGroup { group in
            for number in 0..<50 {
                group.addTask {
                    let new = try NewMessage.message("n\(number)", "second")
                    // The second one conflicts.
                    let batch = number.isMultiple(of: 2) ? [new] : [new, try .message("m1", "other")]
                    _ = try? await fixture.put(batch)
                }
            }
            try await group.waitForAll()
        }
        let expected = stride(from: 0, to: 50, by: 2).map { "n\($0)" }
        #expect(Set(try await fixture.found("second")) == Set(expected))
        #expect(try DatabaseFile(path: path).problems() == [])
        #expect(try await parts(store).map(\.count) == [26])
    }

    @Test("words of changed and deleted messages leave the files")
    func removedWords() async throws {
        let time = Atomic(Timestamp.now.microseconds)
        let store = try store(clock: StoreClock { Timestamp(microseconds: time.load(ordering: .relaxed)) })
        let fixture = try await Fixture(store)
        let words = ["elderberry", "gooseberry", "cloudberry"]
        for (index, word) in words.enumerated() {
            try await fixture.put([.message("m\(index)", word, in: "s\(index)")])
        }
        for number in 0..<2_000 { try await fixture.put([.message("f\(number)", "filler\(number % 97)", in: "f")]) }
        try await store.truncateLog(patience: .seconds(5))
        // It stores what a word shares with the one before it only once, so that these begin differently.
        for word in words { #expect(try hasWord(word), "\(word)") }
        let (account, session) = (fixture.account, SessionReference("s0"))
        try await store.delete(MessageID(unchecked: "m0"), of: session, in: account)
        _ = try await store.update(
            MessageID(unchecked: "m1"),
            of: SessionReference("s1"),
            in: account,
            with: MessageChanges(content: try NewMessage.message("m", "changed").content),
            at: .now
        )
        try await store.delete(SessionReference("s2"), in: account)
        for (index, word) in words.enumerated() {
            #expect(try await fixture.found(word, in: "s\(min(index, 1))") == [])
        }
        try await store.maintainSearchIndex()
        try await store.truncateLog(patience: .seconds(5))
        // Not yet: a part is rewritten 20 minutes after the first removal.
        #expect(try words.contains { try hasWord($0) })
        time.add(30 * 60 * 1_000_000, ordering: .relaxed)
        try await store.maintainSearchIndex()
        try await store.truncateLog(patience: .seconds(5))
        for word in words { #expect(try !hasWord(word), "\(word)") }
        #expect(try await parts(store).allSatisfy { $0.rewriteDue == nil })
        #expect(try await fixture.found("changed", in: "s1") == ["m1"])
        #expect(try await fixture.found("filler7", in: "f").count == 21)
        #expect(try DatabaseFile(path: path).problems(isDeep: true) == [])
    }

    @Test(
        "parts are rewritten beside writes, by a server that is stopped meanwhile, and lose nothing",
        arguments: [5, 1_000]
    )
    func rewriting(_ messagesInPart: Int) async throws {
        let time = Atomic(Timestamp.now.microseconds)
        let clock = StoreClock { Timestamp(microseconds: time.load(ordering: .relaxed)) }
        var store = try store(clock: clock, messagesInPart: messagesInPart)
        let fixture = try await Fixture(store)
        let account = fixture.account
        var random = SeededGenerator(seed: 1)
        // By session. The first has more messages than are moved at once.
        var expected: [[String]] = [(0..<500).map { "m\($0)" }, [], []]
        try await fixture.put(expected[0].map { try .message($0, "word", in: "s0") })
        for round in 0..<60 {
            let number = Int.random(in: expected.indices, using: &random)
            let (session, added) = (SessionReference("s\(number)"), (0..<4).map { "m\(round)-\($0)" })
            let messages = try added.map { try NewMessage.message($0, "word", in: "s\(number)") }
            _ = try await store.importMessages(messages, to: account, defaults: Fixture.defaults)
            expected[number] += added
            let (change, id) = (round % 4, expected[number].randomElement(using: &random) ?? "")
            time.add(21 * 60 * 1_000_000, ordering: .relaxed)
            let maintained = store
            let maintenance = Task { try await maintained.maintainSearchIndex() }
            switch change {
            case 0: try await store.delete(MessageID(unchecked: id), of: session, in: account)
            case 1:
                let changes = MessageChanges(content: try NewMessage.message(id, "other").content)
                _ = try await store.update(MessageID(unchecked: id), of: session, in: account, with: changes, at: .now)
            case 2 where round % 12 == 2: try await store.delete(session, in: account)
            default: break
            }
            if change < 2 { expected[number].removeAll { $0 == id } }
            if change == 2, round % 12 == 2 { expected[number] = [] }
            if change == 3 {
                maintenance.cancel()
                _ = await maintenance.result
            } else {
                try await maintenance.value
            }
            let ids = expected.joined().sorted()
            #expect(try await fixture.foundAnywhere("word", in: store).sorted() == ids)
            if change == 3 {
                store = try self.store(clock: clock, messagesInPart: messagesInPart)
                #expect(try await fixture.foundAnywhere("word", in: store).sorted() == ids)
            }
        }
        time.add(21 * 60 * 1_000_000, ordering: .relaxed)
        try await store.maintainSearchIndex()
        #expect(try await parts(store).allSatisfy { $0.rewriteDue == nil })
        #expect(try DatabaseFile(path: path).problems(isDeep: true) == [])
    }

    @Test("wherever the index begins, walks by small slices find the same, both ways")
    func boundaries() async throws {
        let store = try store(messagesInPart: 3)
        let fixture = try await Fixture(store)
        for session in 1...3 {
            try await fixture.put(
                (1...4).map { try .message("m\(session)-\($0)", $0 == 2 ? "other" : "word", in: "s\(session)") }
            )
        }
        let expected = (1...3).reversed().flatMap { session in [4, 3, 1].map { "m\(session)-\($0)" } }
        let filter = MessageFilter(query: try SearchQuery("word"))
        for key in try await store.read({ db in try Int64.fetchAll(db, sql: "SELECT key FROM message") }) {
            try await store.write { db in
                try db.execute(sql: "UPDATE search_index SET indexed_from = ?", arguments: [key])
            }
            for slice in 1...5 {
                var scan = ScanBudget()
                (scan.slice, scan.items, scan.duration) = (slice, slice, .seconds(60))
                let page = PageRequest<AccountMessageCursor>(.first, in: .descending, size: 2, scan: scan)
                var request = AccountMessagesRequest(of: fixture.account, page: page, matching: filter)
                var (forward, backward): ([String], [String]) = ([], [])
                for _ in 0..<100 {
                    let page = try await store.matchingMessages(request)
                    forward += page.items.map(\.id.text)
                    guard let next = page.neighbors.next else { break }
                    request.page.anchor = .after(next)
                }
                request.page.anchor = .before(AccountMessageCursor(session: SessionNumber(0), position: 0))
                for _ in 0..<100 {
                    let page = try await store.matchingMessages(request)
                    backward = page.items.map(\.id.text) + backward
                    guard let previous = page.neighbors.previous else { break }
                    request.page.anchor = .before(previous)
                }
                #expect(forward == expected, "\(key), \(slice)")
                #expect(backward == expected, "\(key), \(slice)")
            }
        }
    }

    @Test("an index with the words of another version is not used, and is replaced; so are parts that were left")
    func otherVersion() async throws {
        let store = try store(messagesInPart: 2)
        let fixture = try await Fixture(store)
        try await fixture.put((1...5).map { try .message("m\($0)", "word") })
        let numbers = try await parts(store).map(\.number)
        try await store.write { db in
            try db.execute(sql: "UPDATE search_index SET tokenizer = 0; DELETE FROM search_terms_1_data")
        }
        #expect(try await store.searchIndexStatus().contains("another version"))
        try await fixture.put([.message("m6", "word")])
        #expect(try await fixture.found("word") == (1...6).map { "m\($0)" })
        #expect(try DatabaseFile(path: path).problems(isDeep: true) == [])
        try await store.maintainSearchIndex()
        #expect(try await parts(store).allSatisfy { !numbers.contains($0.number) })
        #expect(try await fixture.found("word") == (1...6).map { "m\($0)" })
        #expect(try DatabaseFile(path: path).problems(isDeep: true) == [])
        // As a command leaves them that was killed.
        try await store.write { db in
            try db.execute(sql: "DELETE FROM search_index; UPDATE search_part SET is_dropped = 1")
        }
        try await store.maintainSearchIndex()
        let tables = try await store.read { db in
            try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE name LIKE 'search_terms%'")
        }
        #expect(tables == [])
        #expect(try await fixture.found("word") == (1...6).map { "m\($0)" })
    }

    @Test(
        "an index is deleted and rebuilt by a process that has not used it before, damaged or not",
        arguments: [
            "", "UPDATE search_terms_1_data SET block = x'ff' WHERE id = 10", "DELETE FROM search_terms_1_data",
        ]
    )
    func otherProcess(_ damage: String) async throws {
        let server = try store()
        let fixture = try await Fixture(server)
        try await fixture.put((1...300).map { try .message("m\($0)", "word\($0)") })
        try await server.write { db in try db.execute(sql: damage) }
        try await store().rebuildSearchIndex()
        try await store().maintainSearchIndex()
        #expect(try await fixture.found("word7") == ["m7"])
        #expect(try DatabaseFile(path: path).problems(isDeep: true) == [])
        try await store().deleteSearchIndex()
        let tables = try await store().read { db in
            try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE name LIKE 'search_terms%'")
        }
        #expect(tables == [])
        #expect(try await fixture.found("word7") == ["m7"])
    }

    @Test("words of deleted messages leave the file of a server that was restarted meanwhile")
    func removedWordsAfterRestart() async throws {
        let later = StoreClock { Timestamp(microseconds: Timestamp.now.microseconds + 30 * 60 * 1_000_000) }
        var fixture: Fixture?
        do {
            let store = try store()
            fixture = try await Fixture(store)
            try await fixture?.put([.message("m1", "gooseberry"), .message("m2", "apple")])
            try await store.delete(MessageID(unchecked: "m1"), of: SessionReference("s"), in: #require(fixture).account)
        }
        let restarted = try store(clock: later)
        try await restarted.maintainSearchIndex()
        try await restarted.truncateLog(patience: .seconds(5))
        #expect(try !hasWord("gooseberry"))
        #expect(try DatabaseFile(path: path).problems(isDeep: true) == [])
    }

    /// Whether a word of the index is in the file, without its first letters, which FTS5 may share with another word.
    private func hasWord(_ word: String) throws -> Bool {
        try Data(contentsOf: URL(fileURLWithPath: path)).range(of: Data(word.dropFirst(1).utf8)) != nil
    }

    // MARK: Damage

    @Test("words of deleted messages do not stay in a damaged index")
    func removedWordsOfDamagedIndex() async throws {
        let store = try store()
        let fixture = try await Fixture(store)
        try await fixture.put([.message("m1", "gooseberry"), .message("m2", "apple")])
        try await store.write { db in try db.execute(sql: "DELETE FROM search_terms_1_docsize") }
        try await store.write { db in
            try db.execute(sql: "UPDATE search_terms_1_data SET block = x'00000000ffffffffffff' WHERE id = 10")
        }
        // Finds the damage.
        try await fixture.put([.message("m3", "pear")])
        try await store.delete(MessageID(unchecked: "m1"), of: SessionReference("s"), in: fixture.account)
        try await store.truncateLog(patience: .seconds(5))
        #expect(try hasWord("gooseberry"))
        await #expect(throws: StoreError.self) { try await store.maintainSearchIndex() }
        try await store.truncateLog(patience: .seconds(5))
        #expect(try !hasWord("gooseberry"))
    }

    @Test("maintenance that finds a damaged part leaves the index unused, and says so")
    func damageFoundByMaintenance() async throws {
        for isRemoved in [false, true] {
            let path = directory.file("\(isRemoved).sqlite")
            let limits = StoreLimits(messagesInSearchPart: 3, messagesWithoutSearchIndex: 0)
            let later = StoreClock { Timestamp(microseconds: Timestamp.now.microseconds + 30 * 60 * 1_000_000) }
            let store = try SQLiteStore(path: path, migrator: Migrations.all, clock: .steady(), limits: limits)
            let fixture = try await Fixture(store)
            for number in 1...7 { try await fixture.put([.message("m\(number)", "apple")]) }
            if isRemoved {
                try await store.delete(MessageID(unchecked: "m1"), of: SessionReference("s"), in: fixture.account)
            }
            try await store.write { db in
                let damage =
                    isRemoved ? "DROP TABLE search_terms_1_docsize" : "DELETE FROM search_terms_1_data WHERE id > 10"
                try db.execute(sql: damage)
            }
            let server = try SQLiteStore(path: path, migrator: Migrations.all, clock: later, limits: limits)
            await #expect(throws: StoreError.self) {
                // What finds it, and what reports it from then on.
                try await server.maintainSearchIndex()
                try await server.maintainSearchIndex()
            }
            #expect(try #require(try await index(server)).isDamaged, "\(isRemoved)")
            #expect(try await server.searchIndexStatus().hasPrefix("damaged"))
            #expect(try await fixture.foundAnywhere("apple", in: server).count == (isRemoved ? 6 : 7))
            try await server.rebuildSearchIndex()
            try await server.maintainSearchIndex()
            #expect(try DatabaseFile(path: path).problems(isDeep: true) == [])
        }
    }

    @Test(
        "a transaction that deletes or replaces the index writes nothing of what it changed before",
        arguments: [false, true]
    )
    func changesBeforeDeletion(isReplaced: Bool) async throws {
        let store = try store()
        let fixture = try await Fixture(store)
        try await fixture.put([.message("m1", "apple"), .message("m2", "apple")])
        let content = try NewMessage.message("m1", "apple").content
        try await store.write { [statements = store.statements] db in
            let key = MessageKey(SessionNumber(1), position: 1)
            try statements.search.remove(content, at: key)
            try statements.search.add(content, at: key)
            try db.execute(sql: "DELETE FROM search_index; UPDATE search_part SET is_dropped = 1")
            if isReplaced {
                let version = SearchTerms.version
                try db.execute(sql: "INSERT INTO search_index (indexed_from, tokenizer) VALUES (0, \(version))")
                try db.indexLater()
            }
            statements.search.noteIndexChange()
        }
        #expect(try await parts(store) == [])
        try await store.createSearchIndex()
        try await store.maintainSearchIndex()
        #expect(try await parts(store).map(\.count) == [2])
        #expect(try await fixture.foundAnywhere("apple") == ["m2", "m1"])
        #expect(try DatabaseFile(path: path).problems(isDeep: true) == [])
    }

    @Test("a damaged index keeps no message from being stored, and is not used any more")
    func damage() async throws {
        let store = try store()
        let fixture = try await Fixture(store)
        try await fixture.put([.message("m1", "apple")])
        let part = try #require(try await parts(store).first)
        try await store.write { db in
            try db.execute(sql: "UPDATE \(part.table)_data SET block = x'00000000ffffffffffff' WHERE id = 10")
        }
        try await fixture.put([.message("m2", "apple")])
        #expect(try #require(try await index(store)).isDamaged)
        try await fixture.put([.message("m3", "apple")])
        #expect(try await fixture.found("apple") == ["m1", "m2", "m3"])
        #expect(try await fixture.foundAnywhere("apple") == ["m3", "m2", "m1"])
        #expect(try DatabaseFile(path: path).problems().contains { $0.contains("search index") })
        try await store.deleteSearchIndex()
        try await store.createSearchIndex()
        try await store.maintainSearchIndex()
        #expect(try await fixture.found("apple") == ["m1", "m2", "m3"])
        #expect(try DatabaseFile(path: path).problems() == [])
    }
}
