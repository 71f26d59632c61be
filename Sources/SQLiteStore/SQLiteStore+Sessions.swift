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
            try KeysetList(db: db, table: "session", account: account).page(page, Session.init)
        }
    }

    package func delete(_ reference: SessionReference, in account: AccountSID) async throws(StoreError) {
        try await write { db in
            let number = try db.sessionRow(reference, in: account).number
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
        guard let row = try findSessionRow(reference, in: account) else { throw StoreError.sessionNotFound }
        return row
    }

    /// The row of the session that a reference means; `nil` where there is none.
    func findSessionRow(_ reference: SessionReference, in account: AccountSID) throws -> SessionRow? {
        for candidate in reference.candidates {
            let row = try Row.fetchOne(
                self,
                sql: RowByID.sql("session.*", of: "session"),
                arguments: [account.text, candidate.text]
            )
            guard let row else { continue }
            let found = try SessionRow(row)
            guard found.session.id == candidate, found.session.account == account else {
                throw DatabaseError.damagedIndex(of: "session")
            }
            return found
        }
        return nil
    }
}
