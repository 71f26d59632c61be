package import AssistantsStore
import PrometheusMetrics

extension PostgresStore {
    package func sessions<Cursor: SessionCursor>(
        _ request: SessionPageRequest<Cursor>
    ) async throws(StoreError) -> Page<ListedSession, Cursor> {
        let start = ContinuousClock.now
        defer { if request.isScan { sliceTimes.record(start.duration(to: .now)) } }
        return try await readOneState(on: request.isScan ? scanners : pool) { connection in
            var list = KeysetList<Cursor>(table: "session", columns: SessionRow.columns, account: request.account)
            list.bounds = request.bounds
            list.conditions = request.isFiltered ? request.filter?.conditions : nil
            list.isContinued = request.isContinued
            guard request.includesSummaries else {
                return try list.page(request.page, &connection) { result, rows, column, _ in
                    var items: [ListedSession?] = []
                    for row in rows { items.append(ListedSession(SessionRow(result, row, from: column).session)) }
                    return items
                }
            }
            return try list.page(request.page, &connection, batch: Self.summaryBatch) {
                result,
                rows,
                column,
                connection in
                var keys: [SessionKey] = []
                for row in rows { keys.append(SessionRow(result, row, from: column).key) }
                return try connection.summaries(of: keys)
            }
        }
    }

    /// How many sessions are read with their last messages at once: each may have megabytes.
    private static let summaryBatch = 16

    package func requireActivity() async throws(StoreError) {
        try await require(Migrator.Filling.allCases)
    }

    /// Values: account, the id behind which to read, how many.
    static let sessionsByID = """
        SELECT \(SessionRow.columns) FROM session WHERE account_sid = $1 AND id > $2 ORDER BY id LIMIT $3::bigint
        """

    package func sessions(
        of account: AccountSID,
        after id: SessionID?,
        limit: Int
    ) async throws(StoreError) -> [Session] {
        try await read { connection in
            try connection.run(Self.sessionsByID, [account, id?.text ?? "", limit]).map { SessionRow($0, $1).session }
        }
    }

    package func session(
        _ reference: SessionReference,
        in account: AccountSID
    ) async throws(StoreError) -> Session {
        try await read { connection in try connection.session(reference, in: account).session }
    }

    package func delete(_ reference: SessionReference, in account: AccountSID) async throws(StoreError) {
        try await write { connection in
            let session = try connection.session(reference, in: account, locked: true)
            try connection.deleteSession(session.key.bytes)
        }
    }
}

extension SessionFilter {
    fileprivate var conditions: [RowCondition] {
        [
            identity.map { .equal("identity", $0) },
            assistantID.map { .equal("assistant_id", $0) },
        ].compactMap(\.self)
            + RowCondition.within(created, "date_created")
            + RowCondition.within(updated, "date_updated")
            + RowCondition.within(active, "last_activity")
    }
}

extension PostgresConnection {
    /// Deletes a session with its messages and their words.
    mutating func deleteSession(_ key: [UInt8]) throws {
        let deleted = try run("DELETE FROM session WHERE session_key = $1::bytea", [key])
        // Another session may be there by now.
        if deleted.changes > 0 { _ = try run(SearchTermsRow.deletionOfSession, [key]) }
    }

    /// A session with its last message, both of one state of the database even where the transaction's statements see several, as on
    /// Citus. Value: the session's key. Columns: `SessionRow.columns`, the number of messages, the last activity, then the message's id and
    /// `Message.columns`, which are NULL where the session has none.
    static let summary = """
        SELECT session.*, message.*
        FROM (
            SELECT \(SessionRow.columns), last_position - deletions AS message_count, last_activity
            FROM session WHERE session_key = $1::bytea
        ) AS session
        LEFT JOIN LATERAL (
            SELECT id, \(Message.columns) FROM message WHERE session_key = $1::bytea ORDER BY position DESC LIMIT 1
        ) AS message ON true
        """

    /// - Returns: `nil` for each session that is gone.
    fileprivate mutating func summaries(of sessions: [SessionKey]) throws -> [ListedSession?] {
        let results = try run(Self.summary, of: sessions.map { [$0.bytes] })
        return try results.map { rows in
            guard rows.result.count > 0 else { return nil }
            let session = SessionRow(rows.result).session
            let column = SessionRow.columnCount
            let lastMessage =
                rows.result.isNull(0, column + 2)
                ? nil
                : try Message(
                    rows.result,
                    from: column + 3,
                    id: MessageID(unchecked: rows.result.text(0, column + 2)),
                    sessionID: session.id
                )
            return ListedSession(
                session,
                summary: SessionSummary(
                    messageCount: rows.result.integer(0, column),
                    lastMessage: lastMessage,
                    lastActivity: rows.result.timestamp(0, column + 1)
                )
            )
        }
    }
}
