package import AssistantsStore
import GRDB

extension SQLiteStore {
    package func session(
        _ reference: SessionReference,
        in account: AccountSID
    ) async throws(StoreError) -> Session {
        try await read { db in try db.sessionRow(reference, in: account).session }
    }

    package func sessions<Cursor: SessionCursor>(
        _ request: SessionPageRequest<Cursor>
    ) async throws(StoreError) -> Page<ListedSession, Cursor> {
        guard request.isScan else { return try await read { db in try db.sessions(request) } }
        do {
            return try await onScanThread { reader in try reader.read { db in try db.sessions(request) } }
        } catch {
            throw StoreError(error)
        }
    }

    /// The migration filled in the last activities, and no server of an earlier version can open the database since.
    package func requireActivity() {}

    /// Values: account, the id behind which to read, how many.
    ///
    /// Every column is read from the row itself, as `AccountRowLookup` does.
    static let sessionsByID = """
        SELECT \(ChecksummedTable.session.verifiableColumns)
        FROM session AS found LEFT JOIN session NOT INDEXED ON session.number = found.number
        WHERE found.account_sid = ? AND found.id > ? ORDER BY found.id LIMIT ?
        """

    package func sessions(
        of account: AccountSID,
        after id: SessionID?,
        limit: Int
    ) async throws(StoreError) -> [Session] {
        try await read { db in
            let sessions = try Row.fetchAll(
                db.cachedStatement(sql: Self.sessionsByID),
                arguments: [account.text, id?.text ?? "", limit]
            ).map(Session.init)
            // A damaged index can point to another row.
            let ids = (id.map { [$0] } ?? []) + sessions.map(\.id)
            let isInOrder = zip(ids, ids.dropFirst()).allSatisfy {
                $0.text.utf8.lexicographicallyPrecedes($1.text.utf8)
            }
            guard isInOrder, sessions.allSatisfy({ $0.account == account }) else {
                throw DatabaseError.damagedIndex(of: .session)
            }
            return sessions
        }
    }

    package func delete(_ reference: SessionReference, in account: AccountSID) async throws(StoreError) {
        try await write { [statements] db in
            // One that is damaged can be deleted.
            guard let row = try db.findRow(of: reference, in: account) else { throw StoreError.notFound(.session) }
            let number = SessionNumber(try row.value("number"))
            try db.execute(sql: "DELETE FROM session WHERE number = ?", arguments: [number.value])
            if try db.deleteMessages(ofDeleted: number, of: account, statements) {
                try db.execute(
                    sql: "INSERT INTO deleted_session (number, account_sid) VALUES (?, ?)",
                    arguments: [number.value, account.text]
                )
            }
        }
    }
}

extension Database {
    fileprivate func sessions<Cursor: SessionCursor>(
        _ request: SessionPageRequest<Cursor>
    ) throws -> Page<ListedSession, Cursor> {
        var list = KeysetList<Cursor>(db: self, table: .session, index: Cursor.index, account: request.account)
        if Cursor.self == SessionActivityCursor.self {
            list.columns = Self.activityColumns
            list.unsettled = try unsettledSessions(of: request.account)
        }
        return try list.page(
            request.page,
            within: request.bounds,
            isFiltered: request.isFiltered,
            isContinued: request.isContinued
        ) { row in
            let found = try SessionRow(row)
            let lastActivity = Timestamp(microseconds: try row.value("last_activity"))
            // It found the session, and no checksum covers it.
            let settledActivity: Int64? = try row.value("settled_activity")
            guard settledActivity.map({ $0 == lastActivity.microseconds }) ?? true else {
                throw DatabaseError.damagedIndex(of: .session)
            }
            if let filter = request.filter, !filter.matches(found.session, lastActivity: lastActivity) { return nil }
            guard request.includesSummaries else { return ListedSession(found.session) }
            let summary = try summary(of: found, lastActivity: lastActivity, row)
            return ListedSession(found.session, summary: summary)
        }
    }

    /// Those of the index of activity. A session that has been active since it was last settled is at NULL: to move it within the index at
    /// each append would make appends a quarter slower (decision 37).
    static let activityColumns = ["settled_activity", "number"]

    /// Values: the account. Columns: those given.
    static func unsettledSessions(_ columns: String, by index: String) -> String {
        """
        SELECT \(columns) FROM session INDEXED BY \(index)
        WHERE account_sid = ? AND settled_activity IS NULL ORDER BY number
        """
    }

    /// Where they are in the order of activity. There can be thousands, so that no more is read of them.
    private func unsettledSessions<Cursor: SessionCursor>(of account: AccountSID) throws -> [Cursor] {
        func rows(_ columns: String, by index: String) throws -> RowCursor {
            try Row.fetchCursor(
                cachedStatement(sql: Self.unsettledSessions(columns, by: index)),
                arguments: [account.text]
            )
        }
        let table = ChecksummedTable.session
        let found = try rows("number, last_activity, \(table.isIntact) AS is_intact, id", by: Cursor.index)
        let mirror = try rows("number", by: "\(Cursor.index)_mirror")
        var cursors: [Cursor] = []
        while let row = try found.next() {
            try row.verify(table)
            let number: Int64 = try row.value("number")
            guard try mirror.next()?.value("number") == number else { throw DatabaseError.damagedIndex(of: table) }
            cursors.append(Cursor(values: [try row.value("last_activity"), number]))
        }
        guard try mirror.next() == nil else { throw DatabaseError.damagedIndex(of: table) }
        return cursors.sorted()
    }

    /// - Parameter row: of `session`.
    private func summary(of session: SessionRow, lastActivity: Timestamp, _ row: Row) throws -> SessionSummary {
        let lastPosition: Int64 = try row.value("last_position")
        let count = lastPosition - (try row.value("deletions") as Int64)
        let last = try lastMessage(of: session, upTo: lastPosition)
        // The last position has a message, unless some were deleted.
        let isThere = count == lastPosition ? last?.key.position == lastPosition : (last == nil) == (count == 0)
        guard isThere else { throw DatabaseError.lostMessages(of: session.session.id.text) }
        return SessionSummary(messageCount: count, lastMessage: last?.message, lastActivity: lastActivity)
    }

    /// The row of the session that a reference means.
    /// - Throws: `notFound(.session)`.
    func sessionRow(_ reference: SessionReference, in account: AccountSID) throws -> SessionRow {
        guard let row = try findRow(of: reference, in: account) else { throw StoreError.notFound(.session) }
        return try SessionRow(row)
    }

    /// Not verified.
    fileprivate func findRow(of reference: SessionReference, in account: AccountSID) throws -> Row? {
        for candidate in reference.candidates {
            if let row = try row(candidate.text, in: account, of: .session) { return row }
        }
        return nil
    }
}
