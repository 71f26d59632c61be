import AssistantsStore

extension Message {
    /// What `init` reads.
    static let columns = "assistant_id, identity, role, content, meta, date_created, date_updated"

    /// The first of some rows of `columns`.
    init(_ rows: borrowing PostgresResult, id: MessageID, sessionID: SessionID) throws {
        guard let role = MessageRole(rawValue: rows.text(0, 2)) else {
            throw PostgresError(sqlState: "XX001", message: "a message has an unknown role")
        }
        self.init(
            id: id,
            sessionID: sessionID,
            assistantID: AssistantID(unchecked: rows.text(0, 0)),
            identity: rows.text(0, 1),
            role: role,
            content: JSONObject(unchecked: rows.text(0, 3)),
            meta: JSONObject(unchecked: rows.text(0, 4)),
            dateCreated: rows.timestamp(0, 5),
            dateUpdated: rows.timestamp(0, 6)
        )
    }
}
