package import AssistantsStore
import GRDB

extension SQLiteStore {
    package func session(
        _ reference: SessionReference,
        in account: AccountSID
    ) async throws(StoreError) -> Session {
        try await read { db in try db.sessionRow(reference, in: account).session }
    }

    package func sessions(
        of account: AccountSID,
        page: PageRequest<SessionCursor>
    ) async throws(StoreError) -> Page<Session, SessionCursor> {
        try await read { db in
            let list = SessionList(db: db, account: account)
            switch page.place {
            case .first:
                let (rows, hasMore) = try list.rows(after: nil, limit: page.size)
                return rows.page(previous: nil, next: hasMore ? rows.last?.cursor : nil)

            case .after(let cursor):
                let (rows, hasMore) = try list.rows(after: cursor, limit: page.size)
                let hasPrevious = try list.hasRow(before: rows.first?.cursor ?? cursor.successor)
                return rows.page(
                    previous: hasPrevious ? rows.first?.cursor ?? cursor.successor : nil,
                    next: hasMore ? rows.last?.cursor : nil
                )

            case .before(let cursor):
                let (rows, hasMore) = try list.rows(before: cursor, limit: page.size)
                let hasNext = try list.hasRow(after: rows.last?.cursor ?? cursor.predecessor)
                return rows.page(
                    previous: hasMore ? rows.first?.cursor : nil,
                    next: hasNext ? rows.last?.cursor ?? cursor.predecessor : nil
                )
            }
        }
    }

    package func delete(_ reference: SessionReference, in account: AccountSID) async throws(StoreError) {
        try await write { db in
            let number = try db.sessionRow(reference, in: account).cursor.number
            try db.execute(sql: "DELETE FROM session WHERE number = ?", arguments: [number.value])
            if try db.deleteMessages(ofDeleted: number) {
                try db.execute(sql: "INSERT INTO deleted_session (number) VALUES (?)", arguments: [number.value])
            }
        }
    }
}

extension Database {
    /// The row of the session that a reference means.
    /// - Throws: `StoreError.sessionNotFound`.
    func sessionRow(_ reference: SessionReference, in account: AccountSID) throws -> SessionRow {
        for candidate in reference.candidates {
            let row = try Row.fetchOne(
                self,
                sql: "SELECT * FROM session WHERE account_sid = ? AND id = ?",
                arguments: [account.text, candidate.text]
            )
            if let row { return SessionRow(row) }
        }
        throw StoreError.sessionNotFound
    }
}
