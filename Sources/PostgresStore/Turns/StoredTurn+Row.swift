import AssistantsStore

extension StoredTurn<SessionKey> {
    /// What `init` reads.
    static let columns = """
        session_key, number, id, account_sid, session_number, session_id, assistant_id, identity, mode, webhook,
        idempotency_key, content, position
        """

    /// Reads the first of some rows of `columns`, which may be damaged; then it has no message.
    init(_ rows: borrowing PostgresResult) {
        let mode = SendMode(rawValue: rows.text(0, 8))
        let content = rows.isNull(0, 11) ? nil : try? JSONObject(rows.text(0, 11))
        var damagedColumns: [String] = []
        if mode == nil { damagedColumns.append("mode") }
        if content == nil, !rows.isNull(0, 11) { damagedColumns.append("content") }
        self.init(
            number: rows.integer(0, 1),
            id: TurnID(unchecked: rows.text(0, 2)),
            account: AccountSID(unchecked: rows.text(0, 3)),
            session: SessionKey(bytes: rows.array(0, 0)),
            sessionNumber: SessionNumber(rows.integer(0, 4)),
            sessionID: SessionID(unchecked: rows.text(0, 5)),
            assistantID: AssistantID(unchecked: rows.text(0, 6)),
            identity: rows.text(0, 7),
            mode: mode ?? .chat,
            webhook: rows.isNull(0, 9) ? nil : rows.text(0, 9),
            idempotencyKey: rows.isNull(0, 10) ? nil : rows.text(0, 10),
            content: damagedColumns.isEmpty ? content : nil,
            position: damagedColumns.isEmpty && !rows.isNull(0, 12) ? rows.integer(0, 12) : nil,
            damagedColumns: damagedColumns
        )
    }
}
