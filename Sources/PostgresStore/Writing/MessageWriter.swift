import AssistantsStore

/// Writes messages, within a transaction that the caller has begun; what it did is undone by throwing.
enum MessageWriter {
    private static let insert = """
        INSERT INTO message
            (session_key, position, id, assistant_id, identity, role, content, meta, date_created, date_updated)
        VALUES ($1::bytea, $2::bigint, $3, $4, $5, $6, $7, $8, $9::bigint, $10::bigint)
        ON CONFLICT (session_key, id) DO NOTHING
        """

    static func append(
        _ drafts: [MessageDraft],
        to reference: SessionReference,
        in account: AccountSID,
        defaults: MessageDefaults,
        _ connection: inout PostgresConnection
    ) throws -> (messages: [Message], session: SessionRow) {
        guard let exact = reference.candidates.first else { throw StoreError.invalidSessionID }
        var row = try SessionRow.find(reference, in: account, locked: true, &connection)
        var messages: [Message] = []
        for draft in drafts {
            let assistantID: AssistantID
            if let given = draft.assistantID ?? row?.session.assistantID {
                assistantID = given
            } else {
                assistantID = try connection.assistant(named: defaults.assistantName, in: account)
            }
            let message = draft.message(
                in: row?.session.id ?? exact,
                identity: row?.session.identity,
                assistantID: assistantID,
                date: defaults.date
            )
            guard try store(message, in: &row, of: account, &connection) else {
                throw PostgresError(sqlState: "23505", message: "a new message id is there already")
            }
            messages.append(message)
        }
        guard let row else { throw StoreError.sessionNotFound }
        try row.update(&connection)
        return (messages, row)
    }

    static func importMessages(
        _ batch: [NewMessage],
        to account: AccountSID,
        defaults: MessageDefaults,
        _ connection: inout PostgresConnection
    ) throws -> ImportResult {
        var result = ImportResult()
        var rows: [SessionID: SessionRow] = [:]
        var defaultAssistant: AssistantID?
        for (index, new) in batch.enumerated() {
            var row = rows[new.sessionID]
            if row == nil {
                let session = SessionReference(exactly: new.sessionID)
                row = try SessionRow.find(session, in: account, locked: true, &connection)
            }
            if new.assistantID == nil, defaultAssistant == nil {
                defaultAssistant = try connection.assistant(named: defaults.assistantName, in: account)
            }
            let message = new.message(
                identity: row?.session.identity,
                assistantID: new.assistantID ?? defaultAssistant ?? .unique(),
                date: defaults.date
            )
            if try store(message, in: &row, of: account, &connection) {
                result.stored += 1
            } else if let key = row?.key, try isSame(new, in: key, &connection) == true {
                result.alreadyThere += 1
            } else {
                throw StoreError.messageConflict(new.id, index: index)
            }
            rows[new.sessionID] = row
        }
        for row in rows.values where row.hasChanged { try row.update(&connection) }
        return result
    }

    /// The place of the first message whose id is there already with other content. Reads only.
    static func firstConflict(
        among batch: [NewMessage],
        in account: AccountSID,
        _ connection: inout PostgresConnection
    ) throws -> Int? {
        for (index, message) in batch.enumerated() {
            if try isSame(message, in: SessionKey(message.sessionID, in: account), &connection) == false {
                return index
            }
        }
        return nil
    }

    /// Gives the message the next place of its session, which is made of it where there is none.
    /// - Returns: `false` where the session has a message of this id already.
    private static func store(
        _ message: Message,
        in row: inout SessionRow?,
        of account: AccountSID,
        _ connection: inout PostgresConnection
    ) throws -> Bool {
        var open: SessionRow
        if let row {
            open = row
        } else {
            open = try SessionRow.create(by: message, in: account, &connection)
        }
        let result = try connection.run(
            insert,
            [
                open.key.bytes, open.lastPosition + 1, message.id, message.assistantID,
                message.identity, message.role.rawValue, message.content.text,
                message.meta.text, message.dateCreated, message.dateUpdated,
            ]
        )
        let isNew = result.changes == 1
        if isNew {
            open.lastPosition += 1
            open.dateUpdated = max(open.dateUpdated, message.dateUpdated)
            open.hasChanged = true
        }
        row = open
        return isNew
    }

    /// Whether what was given of a message is what its session has under its id; `nil` where it has nothing.
    private static func isSame(
        _ message: NewMessage,
        in session: SessionKey,
        _ connection: inout PostgresConnection
    ) throws -> Bool? {
        let row = try connection.run(
            "SELECT \(Message.columns) FROM message WHERE session_key = $1::bytea AND id = $2",
            [session.bytes, message.id]
        )
        guard row.count > 0 else { return nil }
        return message.agrees(with: try Message(row, id: message.id, sessionID: message.sessionID))
    }
}
