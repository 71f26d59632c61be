package import AssistantsStore

extension PostgresStore {
    package func sessions(
        of account: AccountSID,
        page: PageRequest<SessionCursor>
    ) async throws(StoreError) -> Page<Session, SessionCursor> {
        try await readOneState { connection in
            let list = KeysetList<SessionCursor>(table: "session", columns: SessionRow.columns, account: account)
            return try list.page(page, &connection) { SessionRow($0, $1, from: $2).session }
        }
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
            // Its messages go with it.
            _ = try connection.run(
                "DELETE FROM session WHERE session_key = $1::bytea",
                [session.key.bytes]
            )
        }
    }
}
