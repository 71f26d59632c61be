package import AssistantsStore
import GRDB
import TextSearch

/// What is done to the search index as a whole: by commands, and by the server in the background.
extension SQLiteStore {
    // MARK: Commands

    /// Creates a search index, unless there is one. `maintainSearchIndex` builds it.
    package func createSearchIndex() async throws(StoreError) {
        try await write { [statements] db in
            guard try Row.fetchOne(db, sql: "SELECT 1 FROM search_index") == nil else { return }
            try db.createSearchIndex()
            statements.search.noteIndexChange()
        }
    }

    /// Deletes the search index, if there is one. Searches compare all texts from then on.
    package func deleteSearchIndex() async throws(StoreError) {
        try await write { [statements] db in
            try db.dropSearchIndex()
            statements.search.noteIndexChange()
        }
        try await deleteDroppedParts()
    }

    /// Replaces the search index, or creates one. `maintainSearchIndex` builds it.
    package func rebuildSearchIndex() async throws(StoreError) {
        // In one transaction: if the deletion of the tables is interrupted, the index is not off.
        try await write { [statements] db in
            try db.dropSearchIndex()
            try db.createSearchIndex()
            statements.search.noteIndexChange()
        }
        try await deleteDroppedParts()
    }

    /// In words.
    package func searchIndexStatus() async throws(StoreError) -> String {
        try await read { db in
            guard let index = try db.searchIndex() else { return "off" }
            guard index.version == SearchTerms.version else {
                return "on, but built by another version of Understudy; a running server replaces it"
            }
            guard !index.isDamaged else { return "damaged, and not used: run `understudy database search rebuild`" }
            guard index.indexedFrom > 0 else { return "on" }
            // By sessions: messages would have to be counted.
            let last = try Int64.fetchOne(db, sql: "SELECT max(number) FROM session") ?? 0
            let built = 100 * max(last - MessageKey(index.indexedFrom).session.value, 0) / max(last, 1)
            return "on, \(built) % built; a running server builds the rest"
        }
    }

    // MARK: In the background

    package func maintainSearchIndex() async throws(StoreError) {
        repeat {
            try await deleteDroppedParts()
            try await requireUsableSearchIndex()
            // Before the rest is merged: they need not be.
            try await rewriteDueParts()
            try await mergeFullParts()
            // To build takes long, and what else is due does not wait for it.
        } while try await indexEarlierMessages(for: .seconds(60))
    }

    /// Does a part of what takes long, and then leaves the database to others for as long as that took.
    private func step<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let start = ContinuousClock.now
        let value = try await write(body)
        // Who is cancelled finds out by itself.
        try? await Task.sleep(for: start.duration(to: .now))
        return value
    }

    /// Replaces an index that has the words of another version.
    private func requireUsableSearchIndex() async throws(StoreError) {
        guard let index = try await read({ db in try db.searchIndex() }) else { return }
        guard index.version == SearchTerms.version else {
            return try await rebuildSearchIndex()
        }
        if index.isDamaged {
            throw .fault(
                DatabaseError(
                    resultCode: .SQLITE_CORRUPT,
                    message: "The search index is damaged, and not used. Run `understudy database search rebuild`."
                )
            )
        }
    }

    /// - Returns: whether there can be more.
    private func indexEarlierMessages(for duration: Duration) async throws(StoreError) -> Bool {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end {
            guard !Task.isCancelled else { return false }
            guard try await read({ db in try db.searchIndexedFrom() ?? 0 }) > 0, try await indexSomeEarlierMessages()
            else { return false }
        }
        return true
    }

    /// - Returns: whether there can be more.
    private func indexSomeEarlierMessages() async throws(StoreError) -> Bool {
        try await step { [statements] db in
            guard let indexedFrom = try db.searchIndexedFrom(), indexedFrom > 0 else { return false }
            let first = try statements.search.addEarlier(
                db,
                sql: "SELECT key, content FROM message WHERE key < ? ORDER BY key DESC LIMIT ?",
                value: indexedFrom
            )
            try db.execute(sql: "UPDATE search_index SET indexed_from = ?", arguments: [first ?? 0])
            statements.search.noteIndexChange()
            return first != nil
        }
    }

    /// Makes parts that get no more messages one segment each, so that a search has one place in them to look for a word.
    private func mergeFullParts() async throws(StoreError) {
        let full = """
            SELECT * FROM search_part
            WHERE NOT (is_merged OR is_rewriting OR is_dropped) AND rewrite_due IS NULL
                AND number < (SELECT max(number) FROM search_part WHERE NOT is_dropped)
            """
        for part in try await read({ db in try Row.fetchAll(db, sql: full).map(SearchPart.init) }) {
            // A negative number puts all segments together, and positive ones continue. Fewer than two changes mean that there was nothing to do.
            // Once for each part: every time leaves two empty levels, of which FTS5 takes at most 2,000 (3.40).
            var changes = try await mergeStep(-Self.mergedPages, part)
            while changes >= 2 {
                guard !Task.isCancelled else { return }
                changes = try await mergeStep(Self.mergedPages, part)
            }
            try await write { db in
                try db.execute(sql: "UPDATE search_part SET is_merged = 1 WHERE number = ?", arguments: [part.number])
            }
        }
    }

    /// How many pages are merged at once: some 5 ms of work.
    private static let mergedPages = 64

    private func mergeStep(_ pages: Int, _ part: SearchPart) async throws(StoreError) -> Int {
        try await step { db in
            guard try db.isInUse(part.number) else { return 0 }
            let before = db.totalChangesCount
            try db.withSearchIndex {
                try db.execute(
                    sql: "INSERT INTO \(part.table) (\(part.table), rank) VALUES ('merge', ?)",
                    arguments: [pages]
                )
            }
            return db.totalChangesCount - before
        }
    }

    /// Moves the messages of parts whose tables have words that were removed.
    private func rewriteDueParts() async throws(StoreError) {
        // The last one first: the others' messages are moved to the one behind it, and not twice.
        let due = """
            SELECT * FROM search_part WHERE NOT is_dropped AND (is_rewriting OR rewrite_due <= ?) ORDER BY number DESC
            """
        let parts = try await read { [clock] db in
            try Row.fetchAll(db, sql: due, arguments: [clock.now]).map(SearchPart.init)
        }
        for part in parts {
            while try await rewriteSome(of: part) { guard !Task.isCancelled else { return } }
            try await deleteDroppedParts()
        }
    }

    /// - Returns: whether there can be more.
    private func rewriteSome(of part: SearchPart) async throws(StoreError) -> Bool {
        try await step { [statements] db in
            guard try db.isInUse(part.number) else { return false }
            // What it has is moved to the last part, which is another one.
            if try Int64.fetchOne(db, sql: "SELECT max(number) FROM search_part WHERE NOT is_dropped") == part.number {
                _ = try SearchPart.create(at: part.first, db)
            }
            var last: Int64?
            try db.withSearchIndex {
                last = try statements.search.addEarlier(
                    db,
                    sql: """
                        SELECT indexed.id AS key, message.content
                        FROM search_part CROSS JOIN \(part.table)_docsize AS indexed ON indexed.id >= search_part.first_key
                        LEFT JOIN message ON message.key = indexed.id
                        WHERE search_part.number = ? ORDER BY indexed.id LIMIT ?
                        """,
                    value: part.number
                )
                try db.execute(
                    sql:
                        "UPDATE search_part SET is_rewriting = 1, first_key = coalesce(?, first_key), is_dropped = ? WHERE number = ?",
                    arguments: [last.map { $0 + 1 }, last == nil, part.number]
                )
            }
            return last != nil
        }
    }

    /// Deletes the tables of parts that are not used any more, in short transactions.
    private func deleteDroppedParts() async throws(StoreError) {
        let dropped = "SELECT * FROM search_part WHERE is_dropped"
        let parts = try await read { db in try Row.fetchAll(db, sql: dropped).map(SearchPart.init) }
        for part in parts {
            let rows = "\(part.table)_data"
            // To drop a large table takes long, because all of it is overwritten.
            while try await step({ db in
                // Not by GRDB's cache of the schema: another process can have dropped it.
                let table = try Row.fetchOne(db, sql: "SELECT 1 FROM sqlite_schema WHERE name = ?", arguments: [rows])
                guard table != nil else { return false }
                // Those of an empty index. FTS5 reads them even to drop its table, in a process that has not used it before, and a damaged
                // index may lack them.
                try db.execute(sql: "INSERT OR REPLACE INTO \(rows) VALUES (1, x''), (10, x'00000000000000')")
                try db.execute(sql: "DELETE FROM \(rows) WHERE id IN (SELECT id FROM \(rows) WHERE id > 10 LIMIT 500)")
                return db.changesCount > 0
            }) { guard !Task.isCancelled else { return } }
            try await write { db in try db.execute(sql: "DROP TABLE IF EXISTS \(part.table)") }
        }
        guard !parts.isEmpty else { return }
        do {
            try await truncateLog(patience: .milliseconds(100))
        } catch .unavailable {
            // Others read or write, and the log still has the words: the rows stay, so that this is done again.
            return
        }
        try await write { db in
            for part in parts {
                try db.execute(sql: "DELETE FROM search_part WHERE number = ?", arguments: [part.number])
            }
        }
    }
}

extension SearchIndexWriter {
    /// Notes messages that were stored before they are indexed here: some 5 ms of work, so that others can write meanwhile.
    /// - Parameters:
    ///   - sql: values: `value`, and how many rows. Columns: `key`, and `content`, which may be NULL.
    /// - Returns: the last key; `nil` if there was no row.
    fileprivate mutating func addEarlier(_ db: Database, sql: String, value: Int64) throws -> Int64? {
        let (count, maximumLength) = (100, 64 << 10)
        let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: [value, count])
        var last: Int64?
        var length = 0
        while length < maximumLength, let found = try rows.next() {
            let key: Int64 = try found.value("key")
            last = key
            var row = DoubtfulRow(found)
            guard let content = row.optionalText("content") else { continue }
            length += content.utf8.count
            try addEarlier(JSONObject(unchecked: content), at: MessageKey(key))
        }
        return last
    }
}

extension Database {
    fileprivate func searchIndex() throws -> (indexedFrom: Int64, version: Int, isDamaged: Bool)? {
        try Row.fetchOne(self, sql: "SELECT * FROM search_index").map { row in
            try (row.value("indexed_from"), row.value("tokenizer"), row.value("is_damaged"))
        }
    }

    /// `nil` if there is no index that can be used.
    fileprivate func searchIndexedFrom() throws -> Int64? { try Int64.fetchOne(self, sql: SearchIndexState.sql) }

    /// Whether a part is there: another process may have dropped it.
    fileprivate func isInUse(_ part: Int64) throws -> Bool {
        try Row.fetchOne(
            self,
            sql: "SELECT 1 FROM search_part WHERE number = ? AND NOT is_dropped",
            arguments: [part]
        ) != nil
    }

    fileprivate func createSearchIndex() throws {
        try execute(
            sql: "INSERT INTO search_index (indexed_from, tokenizer) VALUES (0, ?)",
            arguments: [SearchTerms.version]
        )
        try indexLater()
    }

    /// Leaves the tables of its parts to `deleteDroppedParts`. Together, so that no other process adds to what is to be deleted.
    fileprivate func dropSearchIndex() throws {
        try execute(sql: "DELETE FROM search_index; UPDATE search_part SET is_dropped = 1")
    }

    /// Leaves all messages that are stored now to `maintainSearchIndex`, if there is an index.
    func indexLater() throws {
        try execute(
            sql: "UPDATE search_index SET indexed_from = coalesce((SELECT (max(key >> 32) + 1) << 32 FROM message), 0)"
        )
    }
}
