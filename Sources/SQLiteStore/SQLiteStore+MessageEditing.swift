package import AssistantsStore
import GRDB

extension SQLiteStore {
    package func message(
        _ id: MessageID,
        of session: SessionReference,
        in account: AccountSID
    ) async throws(StoreError) -> Message {
        try await read { db in try db.messageRow(id, of: session, in: account).message }
    }

    package func update(
        _ id: MessageID,
        of session: SessionReference,
        in account: AccountSID,
        with changes: MessageChanges,
        at date: Timestamp
    ) async throws(StoreError) -> Message {
        try await write { [clock, statements] db in
            let (key, old) = try db.messageRow(id, of: session, in: account)
            try db.execute(
                sql: """
                    \(ChecksummedTable.message.update([
                        "content": "coalesce(?1, content)", "meta": "coalesce(?2, meta)",
                        "date_updated": "max(date_created, ?3)",
                    ]))
                    WHERE key = ?4
                    """,
                arguments: [changes.content?.text, changes.meta?.text, date.microseconds, key.value]
            )
            let message = try db.messageRow(id, of: session, in: account).message
            try db.execute(
                sql: """
                    \(ChecksummedTable.session.update([
                        "stamp": "random()", "date_updated": "max(date_updated, ?1)",
                        "last_activity": "max(last_activity, ?2)",
                    ]))
                    WHERE number = ?3
                    """,
                arguments: [message.dateUpdated.microseconds, clock.now, key.session.value]
            )
            try statements.sessions.unsettle(key.session)
            if changes.content != nil {
                try statements.search.remove(old.content, at: key)
                try statements.search.add(message.content, at: key)
            }
            return message
        }
    }

    package func delete(
        _ id: MessageID,
        of session: SessionReference,
        in account: AccountSID
    ) async throws(StoreError) {
        try await write { [clock, statements] db in
            let session = try db.sessionRow(session, in: account)
            let found = try Row.fetchOne(
                db,
                sql: "SELECT key, content FROM message WHERE key >> 32 = ? AND id = ?",
                arguments: [session.number.value, id.text]
            )
            guard let found else { throw StoreError.notFound(.message) }
            let key: Int64 = try found.value("key")
            var row = DoubtfulRow(found)
            let content = JSONObject(unchecked: row.text("content"))
            // One that is damaged can be deleted, but not another, to which a damaged index points.
            try db.execute(
                sql: "DELETE FROM message WHERE key = ? AND (id = ? OR NOT \(ChecksummedTable.message.isIntact))",
                arguments: [key, id.text]
            )
            guard db.changesCount == 1 else { throw DatabaseError.damagedIndex(of: .message) }
            try db.execute(
                sql: """
                    \(ChecksummedTable.session.update([
                        "stamp": "random()", "deletions": "deletions + 1", "last_activity": "max(last_activity, ?1)",
                    ]))
                    WHERE number = ?2
                    """,
                arguments: [clock.now, session.number.value]
            )
            try statements.sessions.unsettle(session.number)
            try statements.search.remove(content, at: MessageKey(key))
        }
    }
}

extension Database {
    /// - Throws: `notFound(.session)`, `notFound(.message)`.
    fileprivate func messageRow(
        _ id: MessageID,
        of session: SessionReference,
        in account: AccountSID
    ) throws -> (key: MessageKey, message: Message) {
        let session = try sessionRow(session, in: account)
        guard let found = try message(id, of: session.number, sessionID: session.session.id) else {
            throw StoreError.notFound(.message)
        }
        return found
    }
}
