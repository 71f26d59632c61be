import AssistantsStore
import TextSearch

extension PostgresConnection: WriteTransaction {
    static var maximumPosition: Int64 { .max }

    static func conflict(_ reason: String) -> any Error { PostgresError(sqlState: "40001", message: reason) }

    mutating func openSession(_ id: SessionID, in account: AccountSID) throws -> OpenSession<SessionKey>? {
        try SessionRow.find(SessionReference(exactly: id), in: account, locked: true, &self)?.open
    }

    mutating func openSessions(
        _ ids: [SessionID],
        in account: AccountSID
    ) throws -> [SessionID: OpenSession<SessionKey>] {
        Self.sessions(try run(SessionRow.lockedSelection, of: Self.lockedKeys(ids, in: account)))
    }

    /// Values of `SessionRow.lockedSelection`, in one order, so that no two transactions wait for each other.
    private static func lockedKeys(_ ids: [SessionID], in account: AccountSID) -> [[(any PostgresValue)?]] {
        ids.map { SessionKey($0, in: account).bytes }.sorted { $0.lexicographicallyPrecedes($1) }.map { [$0] }
    }

    private static func sessions(_ results: [PostgresRows]) -> [SessionID: OpenSession<SessionKey>] {
        var found: [SessionID: OpenSession<SessionKey>] = [:]
        for rows in results where rows.result.count > 0 {
            let session = SessionRow(rows.result).open
            found[session.id] = session
        }
        return found
    }

    mutating func createSessions(
        beginningWith messages: [Message],
        in account: AccountSID
    ) throws -> [OpenSession<SessionKey>] {
        // The words of all messages of an empty session are in the index.
        let searchVersion = try SearchIndexSetting.version(&self).flatMap { $0 == SearchTerms.version ? $0 : nil }
        let made: [SessionID: OpenSession<SessionKey>]
        do {
            let insertion = """
                INSERT INTO session (\(SessionRow.columns), deletions, last_activity)
                VALUES (
                    $1::bytea, $2, $3, nextval('session_number'), $4, $5, false, 0, $6::bigint, $7::bigint, $8::bigint, 0,
                    \(DatabaseClock.now)
                )
                ON CONFLICT (session_key) DO NOTHING
                """
            let rows: [[(any PostgresValue)?]] = messages.map { first in
                [
                    SessionKey(first.sessionID, in: account).bytes, account, first.sessionID, first.assistantID,
                    first.identity, first.dateCreated, first.dateUpdated, searchVersion,
                ]
            }
            let keys = Self.lockedKeys(messages.map(\.sessionID), in: account)
            let results = try runAtOnce([
                (insertion, rows), (SessionRow.lockedSelection, keys),
                (SearchTermsRow.deletionOfEmptySession, searchVersion == nil ? [] : keys),
            ])
            made = Self.sessions(results[1])
        } catch {
            guard error.isForeignKeyViolation else { throw error }
            throw StoreError.notFound(.account(account))
        }
        return try messages.map { first in
            guard let session = made[first.sessionID] else {
                throw Self.conflict("the session was deleted meanwhile")
            }
            return session
        }
    }

    mutating func update(_ sessions: [OpenSession<SessionKey>]) throws {
        _ = try run(
            Self.sessionUpdate,
            of: sessions.map { Self.values($0.handle, lastPosition: $0.lastPosition, dateUpdated: $0.dateUpdated) }
        )
    }

    /// Stores what has changed of a session, and gives it a new version.
    /// - Parameter deletions: how many of its messages were deleted.
    mutating func update(
        _ session: SessionKey,
        lastPosition: Int64,
        deletions: Int64 = 0,
        dateUpdated: Timestamp
    ) throws {
        _ = try run(
            Self.sessionUpdate,
            Self.values(session, lastPosition: lastPosition, deletions: deletions, dateUpdated: dateUpdated)
        )
    }

    private static let sessionUpdate = """
        UPDATE session
        SET last_position = $2::bigint, deletions = deletions + $3::bigint, stamp = $4::bigint, date_updated = $5::bigint,
            last_activity = greatest(last_activity, \(DatabaseClock.now)),
            search_version = \(keptSearchVersion)
        WHERE session_key = $1::bytea
        """

    /// The index gets no words of another version: a session that had all of them has some from now on.
    private static let keptSearchVersion = """
        CASE WHEN search_version <> \(SearchTerms.version) THEN -abs(search_version) ELSE search_version END
        """

    /// Those of `sessionUpdate`.
    private static func values(
        _ session: SessionKey,
        lastPosition: Int64,
        deletions: Int64 = 0,
        dateUpdated: Timestamp
    ) -> [(any PostgresValue)?] {
        [session.bytes, lastPosition, deletions, Int64.random(in: .min ... .max), dateUpdated]
    }

    func handle(of session: SessionID, in account: AccountSID) -> SessionKey? {
        SessionKey(session, in: account)
    }

    mutating func insert(_ additions: inout [Addition<SessionKey>]) throws {
        try findRepeated(in: &additions)
        var rows: [[StoredValue]] = []
        var terms: [[StoredValue]] = []
        for index in additions.indices {
            let repeated = Set(additions[index].repeated)
            for (offset, message) in additions[index].messages.enumerated() where !repeated.contains(offset) {
                additions[index].session.add(message)
                let session = additions[index].session
                rows.append(message.row(at: session.lastPosition, of: session.handle))
                guard let prefix = session.searchPrefix else { continue }
                let row = SearchTermsRow(message.content, at: session.lastPosition, of: session.handle, prefix: prefix)
                terms.append(row.values)
            }
        }
        guard rows.count < Self.minimumCopy else {
            return try copy([
                CopiedRows(rows, table: "message", columns: Message.insertedColumns),
                CopiedRows(terms, table: "search_terms", columns: SearchTermsRow.columns),
            ])
        }
        let results = try runAtOnce([
            (Message.insertion, rows.map { $0.map(\.parameter) }),
            (SearchTermsRow.insertion, terms.map { $0.map(\.parameter) }),
        ])
        guard results.joined().allSatisfy({ $0.result.changes == 1 }) else {
            throw PostgresError(sqlState: "23505", message: "a message that was just made is there already")
        }
    }

    /// How many rows are copied rather than inserted.
    private static let minimumCopy = 8

    /// Notes the messages whose ids their sessions have. The sessions are locked, so that nobody else adds one.
    private mutating func findRepeated(in additions: inout [Addition<SessionKey>]) throws {
        let mayRepeat = additions.indices.filter { !additions[$0].areNew }
        let results = try run(
            "SELECT id FROM message WHERE session_key = $1::bytea AND id = ANY ($2::text[])",
            of: mayRepeat.filter { additions[$0].session.lastPosition > 0 }.map { index in
                [additions[index].session.handle.bytes, TextArray(additions[index].messages.map(\.id.text))]
            }
        )
        var next = results.startIndex
        for index in mayRepeat {
            var known: Set<MessageID> = []
            if additions[index].session.lastPosition > 0 {
                known = Set(results[next].result.map { MessageID(unchecked: $0.text($1, 0)) })
                next += 1
            }
            for (offset, message) in additions[index].messages.enumerated() where !known.insert(message.id).inserted {
                additions[index].repeated.append(offset)
            }
        }
    }

    mutating func messages(_ selections: [MessageSelection<SessionKey>]) throws -> [[MessageID: Message]] {
        let results = try run(
            """
            SELECT id, \(Message.columns) FROM message WHERE session_key = $1::bytea AND id = ANY ($2::text[])
            """,
            of: selections.map { [$0.session.bytes, TextArray($0.ids.map(\.text))] }
        )
        return try zip(selections, results).map { selection, rows in
            var found: [MessageID: Message] = [:]
            for row in 0..<rows.result.count {
                let id = MessageID(unchecked: rows.result.text(row, 0))
                found[id] = try Message(rows.result, row, from: 1, id: id, sessionID: selection.sessionID)
            }
            return found
        }
    }

    mutating func lock(_ account: AccountSID) throws {
        let locked = try run("SELECT FROM account WHERE sid = $1 FOR NO KEY UPDATE", [account])
        guard locked.count > 0 else { throw StoreError.notFound(.account(account)) }
    }
}
