import AssistantsStore

/// The columns of `message`, as they are written and read: whole, and as rows of a page.
extension Message {
    /// What `init` reads.
    static let columns = "assistant_id, identity, role, content, meta, date_created, date_updated"
    static let columnCount = Int32(columns.split(separator: ",").count)

    static let insertedColumns = [
        "session_key", "position", "id", "assistant_id", "identity", "role", "content", "meta", "date_created",
        "date_updated",
    ]

    /// Values: those of `insertedColumns`. Inserts nothing where the session has a message of this id already.
    static let insertion = """
        INSERT INTO message (\(insertedColumns.joined(separator: ", ")))
        VALUES ($1::bytea, $2::bigint, $3, $4, $5, $6, $7, $8, $9::bigint, $10::bigint)
        ON CONFLICT (session_key, id) DO NOTHING
        """

    /// Of `insertedColumns`.
    func row(at position: Int64, of session: SessionKey) -> [StoredValue] {
        [
            .bytes(session.bytes), .integer(position), StoredValue(id), StoredValue(assistantID), .text(identity),
            .text(role.rawValue), .text(content.text), .text(meta.text), StoredValue(dateCreated),
            StoredValue(dateUpdated),
        ]
    }

    /// One of some rows of `columns`, which begin at the given one.
    init(
        _ rows: borrowing PostgresResult,
        _ row: Int = 0,
        from first: Int32 = 0,
        id: MessageID,
        sessionID: SessionID
    ) throws {
        guard let role = MessageRole(rawValue: rows.text(row, first + 2)) else {
            throw PostgresError(sqlState: "XX001", message: "a message has an unknown role")
        }
        self.init(
            id: id,
            sessionID: sessionID,
            assistantID: AssistantID(unchecked: rows.text(row, first)),
            identity: rows.text(row, first + 1),
            role: role,
            content: JSONObject(unchecked: rows.text(row, first + 3)),
            meta: JSONObject(unchecked: rows.text(row, first + 4)),
            dateCreated: rows.timestamp(row, first + 5),
            dateUpdated: rows.timestamp(row, first + 6)
        )
    }
}

extension MessageRow {
    /// What `row` reads of a message.
    /// - Parameter text: makes the SQL of a text that can be long.
    static func columns(longText text: (String) -> String) -> String {
        "id, assistant_id, identity, role, \(text("content")), \(text("meta")), date_created, date_updated"
    }

    /// The same where another table has columns of these names.
    static let qualifiedColumns = columns { $0 }.split(separator: ", ").map { "message.\($0)" }.joined(separator: ", ")

    /// Whether a row of `columns`, which begin at the given one, lacks a long text.
    static func lacksText(_ row: Int, of result: borrowing PostgresResult, from first: Int32) -> Bool {
        result.isNull(row, first + 4) || result.isNull(row, first + 5)
    }

    /// A row of `columns`, which begin at the given one.
    @_lifetime(borrow result, copy sessionID)
    static func row(
        _ row: Int,
        of result: borrowing PostgresResult,
        from first: Int32,
        sessionID: RawSpan
    ) -> MessageRow {
        MessageRow(
            id: result.bytes(row, first),
            sessionID: sessionID,
            assistantID: result.bytes(row, first + 1),
            identity: result.bytes(row, first + 2),
            role: result.bytes(row, first + 3),
            content: result.bytes(row, first + 4),
            meta: result.bytes(row, first + 5),
            dateCreated: result.timestamp(row, first + 6),
            dateUpdated: result.timestamp(row, first + 7)
        )
    }
}
