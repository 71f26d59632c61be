package import AssistantsStore
import GRDB

extension SQLiteStore {
    // MARK: On and off

    /// - Returns: whether there was none.
    package func createSearchIndex() async throws(StoreError) -> Bool {
        guard try await read({ db in try SearchIndexState.row(db) }) == nil else { return false }
        // What an interrupted deletion has left.
        try await deleteSearchParts()
        return try await write { db in
            guard try SearchIndexState.row(db) == nil else { return false }
            try db.execute(sql: "INSERT INTO search_index (indexed_from) VALUES (0)")
            try db.indexLater()
            return true
        }
    }

    /// Searches compare all texts from then on.
    /// - Returns: whether there was one.
    package func deleteSearchIndex() async throws(StoreError) -> Bool {
        let isThere = try await write { db in
            try db.execute(sql: "DELETE FROM search_index")
            return db.changesCount > 0
        }
        try await deleteSearchParts()
        return isThere
    }

    /// In words.
    package func searchIndexStatus() async throws(StoreError) -> String {
        try await read { db in
            guard try SearchIndexState.row(db) != nil else { return "off" }
            guard let state = try SearchIndexState.usable(db) else {
                return "damaged, and not used: run `understudy database search rebuild`"
            }
            guard state.indexedFrom > 0 else { return "on" }
            // By sessions: messages would have to be counted.
            let last = try Int64.fetchOne(db, sql: "SELECT max(number) FROM session") ?? 0
            let built = 100 * max(last - MessageKey(state.indexedFrom).session.value, 0) / max(last, 1)
            return "on, \(built) % built; a server that is running builds the rest"
        }
    }

    private func deleteSearchParts() async throws(StoreError) {
        // One by one: others write meanwhile.
        for part in try await searchParts() {
            try await write { db in
                try db.execute(sql: "DROP TABLE IF EXISTS \(part.table)")
                try db.execute(sql: "DELETE FROM search_part WHERE number = ?", arguments: [part.number])
            }
        }
    }

    private func searchParts() async throws(StoreError) -> [SearchPart] {
        try await read { db in try Row.fetchAll(db, sql: SearchPart.all).map(SearchPart.init) }
    }

    // MARK: In the background

    package func maintainSearchIndex() async throws(StoreError) {
        while try await indexSomeEarlierMessages() {}
        let due = """
            SELECT number FROM search_part
            WHERE (is_merging OR merge_due <= ?) AND EXISTS (SELECT 1 FROM search_index WHERE NOT is_damaged)
            """
        let parts = try await read { [clock] db in try Int64.fetchAll(db, sql: due, arguments: [clock.now]) }
        for number in parts { try await merge(SearchPart(number: number, key: 0)) }
    }

    /// - Returns: whether there are more.
    private func indexSomeEarlierMessages() async throws(StoreError) -> Bool {
        guard let state = try await read({ db in try SearchIndexState.usable(db) }), state.indexedFrom > 0 else {
            return false
        }
        return try await write { [statements] db in
            guard let state = try SearchIndexState.usable(db), state.indexedFrom > 0 else { return false }
            // Some 10 ms of work, so that others can write.
            let (limit, maximumLength) = (200, 128 << 10)
            var (count, length, first) = (0, 0, Int64(0))
            let messages = try Row.fetchCursor(
                db.cachedStatement(sql: "SELECT key, content FROM message WHERE key < ? ORDER BY key DESC LIMIT ?"),
                arguments: [state.indexedFrom, limit]
            )
            while length < maximumLength, let message = try messages.next() {
                first = try message.value("key")
                var row = DoubtfulRow(message)
                let content = row.text("content")
                try statements.search.addEarlier(JSONObject(unchecked: content), at: MessageKey(first))
                (count, length) = (count + 1, length + content.utf8.count)
            }
            if count < limit, length < maximumLength { first = 0 }
            try db.execute(sql: "UPDATE search_index SET indexed_from = ?", arguments: [first])
            statements.search.noteIndexed(from: first)
            return first > 0
        }
    }

    /// Writes a part again as one segment, without the words that were removed from it, in steps of some 10 ms.
    private func merge(_ part: SearchPart) async throws(StoreError) {
        func note(isMerging: Bool) async throws(StoreError) {
            // What is removed from now on is for the next time.
            let changes = isMerging ? "is_merging = 1, merge_due = NULL" : "is_merging = 0"
            try await write { db in
                try db.execute(sql: "UPDATE search_part SET \(changes) WHERE number = ?", arguments: [part.number])
            }
        }
        func merge(_ pages: Int) async throws(StoreError) -> Int {
            try await write { db in
                let before = db.totalChangesCount
                try db.execute(
                    sql: "INSERT INTO \(part.table) (\(part.table), rank) VALUES ('merge', ?)",
                    arguments: [pages]
                )
                return db.totalChangesCount - before
            }
        }
        try await note(isMerging: true)
        let pages = 128
        // A negative number puts all segments together, and positive ones continue; less than two changes mean that there was nothing to do.
        var changes = try await merge(-pages)
        while changes >= 2 { changes = try await merge(pages) }
        try await note(isMerging: false)
        do {
            try await truncateLog(patience: .milliseconds(100))
        } catch .unavailable {
            // Others read or write; their transactions overwrite it.
        }
    }
}

extension SearchIndexState {
    /// `nil` if there is no index, or one that is damaged.
    fileprivate static func usable(_ db: Database) throws -> SearchIndexState? {
        try Int64.fetchOne(db, sql: sql).map(SearchIndexState.init)
    }

    fileprivate static func row(_ db: Database) throws -> Int64? {
        try Int64.fetchOne(db, sql: "SELECT indexed_from FROM search_index")
    }
}

extension Database {
    /// Leaves all messages that are stored now to `maintainSearchIndex`, if there is an index.
    func indexLater() throws {
        try execute(
            sql: """
                UPDATE search_index SET indexed_from = coalesce((SELECT (max(key >> 32) + 1) << 32 FROM message), 0)
                """
        )
    }
}
