import AssistantsStore

/// A row of `session`, locked while messages are written to it in one transaction.
struct SessionRow {
    static let columns = """
        session_key, account_sid, id, number, assistant_id, identity, verified, last_position, date_created, date_updated
        """

    let key: SessionKey
    let number: SessionNumber
    let session: Session
    /// 0 before the first message.
    var lastPosition: Int64
    var dateUpdated: Timestamp
    var hasChanged = false

    /// Of `columns`, which begin at the given one.
    init(_ rows: borrowing PostgresResult, _ row: Int = 0, from first: Int32 = 0) {
        key = SessionKey(bytes: rows.array(row, first))
        number = SessionNumber(rows.integer(row, first + 3))
        session = Session(
            id: SessionID(unchecked: rows.text(row, first + 2)),
            account: AccountSID(unchecked: rows.text(row, first + 1)),
            assistantID: AssistantID(unchecked: rows.text(row, first + 4)),
            identity: rows.text(row, first + 5),
            isVerified: rows.bool(row, first + 6),
            dateCreated: rows.timestamp(row, first + 8),
            dateUpdated: rows.timestamp(row, first + 9)
        )
        lastPosition = rows.integer(row, first + 7)
        dateUpdated = session.dateUpdated
    }

    /// The session that a reference means; `nil` where there is none.
    /// - Parameter locked: whether nobody else is to write to it until the transaction ends.
    static func find(
        _ reference: SessionReference,
        in account: AccountSID,
        locked: Bool,
        _ connection: inout PostgresConnection
    ) throws -> SessionRow? {
        for candidate in reference.candidates {
            let result = try connection.run(
                "SELECT \(columns) FROM session WHERE session_key = $1::bytea\(locked ? " FOR UPDATE" : "")",
                [SessionKey(candidate, in: account).bytes]
            )
            if result.count > 0 { return SessionRow(result) }
        }
        return nil
    }

    /// Makes the session that begins with this message, unless somebody else has made it meanwhile.
    /// - Throws: `StoreError.accountNotFound`.
    static func create(
        by first: Message,
        in account: AccountSID,
        _ connection: inout PostgresConnection
    ) throws -> SessionRow {
        do {
            _ = try connection.run(
                """
                INSERT INTO session (\(columns))
                VALUES ($1::bytea, $2, $3, nextval('session_number'), $4, $5, false, 0, $6::bigint, $7::bigint)
                ON CONFLICT (session_key) DO NOTHING
                """,
                [
                    SessionKey(first.sessionID, in: account).bytes, account, first.sessionID, first.assistantID,
                    first.identity, first.dateCreated, first.dateUpdated,
                ]
            )
        } catch {
            guard error.isForeignKeyViolation else { throw error }
            throw StoreError.accountNotFound(account)
        }
        let made = try find(SessionReference(exactly: first.sessionID), in: account, locked: true, &connection)
        guard let made else { throw PostgresError(sqlState: "40001", message: "the session was deleted meanwhile") }
        return made
    }

    /// Stores what has changed, and gives the session a new version.
    func update(_ connection: inout PostgresConnection) throws {
        _ = try connection.run(
            """
            UPDATE session SET last_position = $2::bigint, stamp = $3::bigint, date_updated = $4::bigint
            WHERE session_key = $1::bytea
            """,
            [key.bytes, lastPosition, Int64.random(in: .min ... .max), dateUpdated]
        )
    }
}
