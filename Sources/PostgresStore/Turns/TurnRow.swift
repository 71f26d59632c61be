import AssistantsStore

/// A row of `turn`.
struct TurnRow {
    static let columns = """
        session_key, number, id, account_sid, session_number, session_id, assistant_id, identity, mode, webhook,
        idempotency_key, content, position
        """

    let key: SessionKey
    let number: Int64
    let id: TurnID
    let account: AccountSID
    let sessionNumber: SessionNumber
    let sessionID: SessionID
    let assistantID: AssistantID
    let identity: String
    let mode: SendMode
    let webhook: String?
    let idempotencyKey: String?
    /// The user's message until it is stored.
    let content: JSONObject?
    /// The place of the user's message in its session.
    let position: Int64?
    /// Whether a column has a value that it cannot have, perhaps one of a newer version. The row has another in its place.
    let isDamaged: Bool

    /// Reads a row, which may be damaged.
    init(_ rows: borrowing PostgresResult, _ row: Int) {
        key = SessionKey(bytes: rows.array(row, 0))
        number = rows.integer(row, 1)
        id = TurnID(unchecked: rows.text(row, 2))
        account = AccountSID(unchecked: rows.text(row, 3))
        sessionNumber = SessionNumber(rows.integer(row, 4))
        sessionID = SessionID(unchecked: rows.text(row, 5))
        assistantID = AssistantID(unchecked: rows.text(row, 6))
        identity = rows.text(row, 7)
        let mode = SendMode(rawValue: rows.text(row, 8))
        self.mode = mode ?? .chat
        webhook = rows.isNull(row, 9) ? nil : rows.text(row, 9)
        idempotencyKey = rows.isNull(row, 10) ? nil : rows.text(row, 10)
        content = rows.isNull(row, 11) ? nil : try? JSONObject(rows.text(row, 11))
        position = rows.isNull(row, 12) ? nil : rows.integer(row, 12)
        isDamaged = mode == nil || content == nil && !rows.isNull(row, 11)
    }

    /// The session that the turn is of, if it is still there.
    var session: SessionReference { SessionReference(exactly: sessionID) }

    /// The draft of a message of this turn.
    func draft(_ role: MessageRole, _ content: JSONObject, meta: JSONObject? = nil) -> MessageDraft {
        MessageDraft(role: role, content: content, meta: meta, identity: identity, assistantID: assistantID)
    }

    /// - Parameters:
    ///   - position: of the user's message; `nil` where it has no place.
    ///   - isDamaged: whether its message cannot be read or stored, or the row is damaged.
    func turn(at position: Int64?, isDamaged: Bool) -> Turn {
        Turn(
            id: id,
            account: account,
            assistantID: assistantID,
            sessionID: sessionID,
            identity: identity,
            mode: mode,
            webhook: webhook,
            message: position.map { MessageCursor(session: sessionNumber, position: $0) },
            isDamaged: isDamaged
        )
    }
}
