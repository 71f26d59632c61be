/// A turn as a store has it.
package struct StoredTurn<Handle: Sendable>: Sendable {
    /// In the order of arrival.
    package let number: Int64
    package let id: TurnID
    package let account: AccountSID
    /// What the store finds the session's rows by.
    package let session: Handle
    package let sessionNumber: SessionNumber
    package let sessionID: SessionID
    package let assistantID: AssistantID
    package let identity: String
    package let mode: SendMode
    package let webhook: String?
    package let idempotencyKey: String?
    /// The user's message until it is stored.
    package var content: JSONObject?
    /// The position of the user's message in its session; `nil` where it has none.
    package var position: Int64?
    /// The columns that have values that they cannot have, perhaps those of a newer version; others are in their place.
    package let damagedColumns: [String]

    package init(
        number: Int64,
        id: TurnID,
        account: AccountSID,
        session: Handle,
        sessionNumber: SessionNumber,
        sessionID: SessionID,
        assistantID: AssistantID,
        identity: String,
        mode: SendMode,
        webhook: String?,
        idempotencyKey: String?,
        content: JSONObject?,
        position: Int64?,
        damagedColumns: [String] = []
    ) {
        self.number = number
        self.id = id
        self.account = account
        self.session = session
        self.sessionNumber = sessionNumber
        self.sessionID = sessionID
        self.assistantID = assistantID
        self.identity = identity
        self.mode = mode
        self.webhook = webhook
        self.idempotencyKey = idempotencyKey
        self.content = content
        self.position = position
        self.damagedColumns = damagedColumns
    }

    package var isDamaged: Bool { !damagedColumns.isEmpty }

    /// The draft of a message of this turn.
    package func draft(_ role: MessageRole, _ content: JSONObject, meta: JSONObject? = nil) -> MessageDraft {
        MessageDraft(role: role, content: content, meta: meta, identity: identity, assistantID: assistantID)
    }

    /// What a worker is given.
    /// - Parameter isDamaged: whether its message cannot be read or stored, or the row is damaged.
    package func turn(isDamaged: Bool) -> Turn {
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
