import AssistantsStore

extension PostgresConnection: WriteTransaction {
    static var maximumPosition: Int64 { .max }

    static func conflict(_ reason: String) -> any Error { PostgresError(sqlState: "40001", message: reason) }

    mutating func openSession(_ id: SessionID, in account: AccountSID) throws -> OpenSession<SessionKey>? {
        try SessionRow.find(SessionReference(exactly: id), in: account, locked: true, &self)?.open
    }

    mutating func createSession(
        beginningWith first: Message,
        in account: AccountSID
    ) throws -> OpenSession<SessionKey> {
        do {
            _ = try run(
                """
                INSERT INTO session (\(SessionRow.columns), deletions)
                VALUES ($1::bytea, $2, $3, nextval('session_number'), $4, $5, false, 0, $6::bigint, $7::bigint, 0)
                ON CONFLICT (session_key) DO NOTHING
                """,
                [
                    SessionKey(first.sessionID, in: account).bytes, account, first.sessionID, first.assistantID,
                    first.identity, first.dateCreated, first.dateUpdated,
                ]
            )
        } catch {
            guard error.isForeignKeyViolation else { throw error }
            throw StoreError.notFound(.account(account))
        }
        guard let made = try openSession(first.sessionID, in: account) else {
            throw Self.conflict("the session was deleted meanwhile")
        }
        return made
    }

    mutating func update(_ session: OpenSession<SessionKey>) throws {
        try update(session.handle, lastPosition: session.lastPosition, dateUpdated: session.dateUpdated)
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
            """
            UPDATE session
            SET last_position = $2::bigint, deletions = deletions + $3::bigint, stamp = $4::bigint, date_updated = $5::bigint
            WHERE session_key = $1::bytea
            """,
            [session.bytes, lastPosition, deletions, Int64.random(in: .min ... .max), dateUpdated]
        )
    }

    func handle(of session: SessionID, in account: AccountSID) -> SessionKey? {
        SessionKey(session, in: account)
    }

    mutating func insert(_ message: Message, at position: Int64, of session: SessionKey) throws -> Bool {
        try run(Message.insertion, [session.bytes, position] + message.values).changes == 1
    }

    mutating func message(_ id: MessageID, of session: SessionKey, sessionID: SessionID) throws -> Message? {
        let row = try run(
            "SELECT \(Message.columns) FROM message WHERE session_key = $1::bytea AND id = $2",
            [session.bytes, id]
        )
        return row.count > 0 ? try Message(row, id: id, sessionID: sessionID) : nil
    }

    mutating func lock(_ account: AccountSID) throws {
        let locked = try run("SELECT FROM account WHERE sid = $1 FOR NO KEY UPDATE", [account])
        guard locked.count > 0 else { throw StoreError.notFound(.account(account)) }
    }
}
