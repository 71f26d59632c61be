package import AssistantsStore

extension PostgresStore {
    package func message(
        _ id: MessageID,
        of session: SessionReference,
        in account: AccountSID
    ) async throws(StoreError) -> Message {
        try await read { connection in
            let session = try connection.session(session, in: account)
            return try connection.message(
                id,
                of: session,
                "SELECT \(Message.columns), position FROM message WHERE \(isMessage)"
            ).message
        }
    }

    package func update(
        _ id: MessageID,
        of session: SessionReference,
        in account: AccountSID,
        with changes: MessageChanges,
        at date: Timestamp
    ) async throws(StoreError) -> Message {
        try await write { connection in
            // Locked first, as every writer does, so that no two wait for each other.
            let session = try connection.session(session, in: account, locked: true)
            let (message, position) = try connection.message(
                id,
                of: session,
                """
                UPDATE message
                SET content = coalesce($3, content), meta = coalesce($4, meta),
                    date_updated = greatest(date_created, $5::bigint)
                WHERE \(isMessage) RETURNING \(Message.columns), position
                """,
                [changes.content?.text, changes.meta?.text, date]
            )
            if changes.content != nil {
                try connection.updateTerms(of: message.content, at: position, of: session)
            }
            try connection.update(
                session.key,
                lastPosition: session.lastPosition,
                dateUpdated: max(session.session.dateUpdated, message.dateUpdated)
            )
            return message
        }
    }

    package func delete(
        _ id: MessageID,
        of session: SessionReference,
        in account: AccountSID
    ) async throws(StoreError) {
        try await write { connection in
            let session = try connection.session(session, in: account, locked: true)
            let (_, position) = try connection.message(
                id,
                of: session,
                "DELETE FROM message WHERE \(isMessage) RETURNING \(Message.columns), position"
            )
            try connection.deleteTerms(at: position, of: session)
            try connection.update(
                session.key,
                lastPosition: session.lastPosition,
                deletions: 1,
                dateUpdated: session.session.dateUpdated
            )
        }
    }
}

private let isMessage = "session_key = $1::bytea AND id = $2"

extension PostgresConnection {
    /// - Throws: `notFound(.session)`.
    mutating func session(
        _ reference: SessionReference,
        in account: AccountSID,
        locked: Bool = false
    ) throws -> SessionRow {
        guard let row = try SessionRow.find(reference, in: account, locked: locked, &self) else {
            throw StoreError.notFound(.session)
        }
        return row
    }

    /// The message that a statement gives, and its position.
    /// - Parameters:
    ///   - sql: has the session's key and the message's id as its first values, and gives `Message.columns` and the position.
    ///   - more: its other values.
    /// - Throws: `notFound(.message)`.
    fileprivate mutating func message(
        _ id: MessageID,
        of session: SessionRow,
        _ sql: String,
        _ more: [(any PostgresValue)?] = []
    ) throws -> (message: Message, position: Int64) {
        let row = try run(sql, [session.key.bytes, id] + more)
        guard row.count > 0 else { throw StoreError.notFound(.message) }
        let message = try Message(row, id: id, sessionID: session.session.id)
        return (message, row.integer(0, Message.columnCount))
    }
}
