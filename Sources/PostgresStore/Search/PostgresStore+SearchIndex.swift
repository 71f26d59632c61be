package import AssistantsStore
import TextSearch

/// What is done to the search index as a whole: by commands, and by servers in the background.
extension PostgresStore {
    // MARK: Commands

    /// Creates a search index, unless there is one. `maintainSearchIndex` builds it.
    /// - Throws: `PostgresDatabaseError.earlierServers`, since those do not write to it; `searchNotDistributed`; `notUTF8`; `StoreError`.
    package func createSearchIndex() async throws {
        try await requireSearchable()
        try await write(SearchIndexSetting.insert)
    }

    private func requireSearchable() async throws {
        do {
            try await pool.run { connection in
                try Migrator.checkNoEarlierServers(&connection)
                try Distribution.checkSearchTerms(&connection)
                guard try connection.isUTF8() else { throw PostgresDatabaseError.notUTF8 }
            }
        } catch {
            throw error is PostgresDatabaseError ? error : StoreError(error)
        }
    }

    /// Deletes the search index, if there is one. Searches compare all texts from then on.
    package func deleteSearchIndex() async throws(StoreError) {
        try await write { connection in
            // Waits for every transaction that has read the setting: it may mark a session yet.
            try connection.execute("LOCK TABLE setting IN ACCESS EXCLUSIVE MODE")
            try SearchIndexSetting.delete(&connection)
        }
        var last: [UInt8]? = []
        while let start = last { last = try await deleteSomeTerms(after: start) }
    }

    /// Replaces the search index, or creates one. `maintainSearchIndex` builds it.
    /// - Throws: what `createSearchIndex` throws.
    package func rebuildSearchIndex() async throws {
        try await requireSearchable()
        try await deleteSearchIndex()
        try await createSearchIndex()
    }

    /// In words.
    package func searchIndexStatus() async throws(StoreError) -> String {
        try await read { connection in
            guard let version = try SearchIndexSetting.version(&connection) else { return "off" }
            guard version <= SearchTerms.version else {
                return "on, but built by a later version of Understudy; only its servers use it"
            }
            let counts = try connection.run(
                "SELECT count(*), count(*) FILTER (WHERE search_version = \(SearchTerms.version)) FROM session"
            )
            let (all, built) = (counts.integer(0, 0), counts.integer(0, 1))
            return built < all ? "on, \(100 * built / all) % built; a running server builds the rest" : "on"
        }
    }

    // MARK: In the background

    package func maintainSearchIndex() async throws(StoreError) {
        while !Task.isCancelled {
            let sessions = try await write { connection in
                guard let version = try SearchIndexSetting.version(&connection), version <= SearchTerms.version else {
                    return [SessionKey]()
                }
                if version < SearchTerms.version { try SearchIndexSetting.update(&connection) }
                return try connection.run(
                    "SELECT session_key FROM session WHERE \(SearchTermsRow.isUnmarked) ORDER BY account_sid LIMIT 100"
                ).map { SessionKey(bytes: $0.array($1, 0)) }
            }
            guard !sessions.isEmpty else { return }
            for session in sessions {
                var position: Int64? = 0
                while let last = position, !Task.isCancelled {
                    position = try await write { connection in try connection.indexSome(of: session, after: last) }
                }
            }
        }
    }

    /// Removes the words and the marks of as many sessions as have 10,000 messages together, but at least one.
    /// - Returns: the last session's key; `nil` if there is none.
    private func deleteSomeTerms(after key: [UInt8]) async throws(StoreError) -> [UInt8]? {
        try await write { connection in
            try connection.execute("SET LOCAL statement_timeout = 0")
            let sessions = try connection.run(
                """
                SELECT session_key, last_position FROM session WHERE session_key > $1::bytea
                ORDER BY session_key LIMIT 200
                """,
                [key]
            )
            var keys: [[UInt8]] = []
            var messages: Int64 = 0
            for row in 0..<sessions.count where messages < 10_000 {
                keys.append(sessions.array(row, 0))
                messages += sessions.integer(row, 1)
            }
            let values = keys.map { [$0 as (any PostgresValue)?] }
            _ = try connection.run(
                "UPDATE session SET search_version = NULL WHERE session_key = $1::bytea AND search_version IS NOT NULL",
                of: values
            )
            _ = try connection.run(SearchTermsRow.deletionOfSession, of: values)
            return keys.last
        }
    }
}

extension PostgresConnection {
    /// Stores the words of a session's next messages that have none: some 10 ms of work, so that others can write to it meanwhile. When
    /// none is left, the session is marked. Until then, its mark is negative.
    /// - Returns: behind which position to continue; `nil` if there is nothing left to do.
    fileprivate mutating func indexSome(of key: SessionKey, after position: Int64) throws -> Int64? {
        // If a crash undoes it, it is done again.
        try execute("SET LOCAL synchronous_commit = off")
        let locked = try run(SessionRow.lockedSelection, [key.bytes])
        guard locked.count > 0, case let session = SessionRow(locked), session.searchPrefix == nil else { return nil }
        guard try SearchIndexSetting.version(&self) == SearchTerms.version else { return nil }
        let building = -Int64(SearchTerms.version)
        // Those of another version.
        if session.searchVersion != building { _ = try run(SearchTermsRow.deletionOfSession, [key.bytes]) }
        let messages = try run(Self.messagesWithoutTerms, [key.bytes, position])
        // Those in front of it may have been changed meanwhile, which removes their words.
        let isComplete = messages.count == 0 && position == 0
        _ = try run(
            "UPDATE session SET search_version = $2::bigint WHERE session_key = $1::bytea",
            [key.bytes, isComplete ? -building : building]
        )
        guard messages.count > 0 else { return isComplete ? nil : 0 }
        let prefix = session.session.account.searchPrefix
        let rows = messages.map { messages, row in
            let content = JSONObject(unchecked: messages.text(row, 1))
            return SearchTermsRow(content, at: messages.integer(row, 0), of: key, prefix: prefix)
        }
        _ = try run(SearchTermsRow.insertion, of: rows.map { $0.values.map(\.parameter) })
        return messages.integer(messages.count - 1, 0)
    }

    /// Values: the session's key, and a position behind which to look. Columns: position and content. At least one message, if there is one,
    /// and not many kilobytes more than 256.
    private static let messagesWithoutTerms = """
        SELECT position, content
        FROM (
            SELECT message.position, content, sum(octet_length(content)) OVER (ORDER BY message.position) AS total
            FROM message
            LEFT JOIN search_terms
                ON search_terms.session_key = message.session_key AND search_terms.position = message.position
                    AND search_terms.position > $2::bigint
            WHERE message.session_key = $1::bytea AND message.position > $2::bigint AND search_terms.position IS NULL
            ORDER BY message.position LIMIT 200
        ) AS next
        WHERE total - octet_length(content) < 262144 ORDER BY position
        """
}
