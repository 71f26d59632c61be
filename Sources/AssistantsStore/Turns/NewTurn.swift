/// What somebody says to an assistant, to be answered.
package struct NewTurn: Sendable {
    package let id: TurnID
    package let assistantID: AssistantID
    /// Made, where there is none, with exactly the id that was named.
    package let session: SessionReference
    package let identity: String
    package let content: JSONObject
    package let mode: SendMode
    /// Where to report the reply; `nil` where the caller waits for it.
    package let webhook: String?
    /// When it came: the date of its message.
    package let date: Timestamp

    package init(
        id: TurnID,
        assistantID: AssistantID,
        session: SessionReference,
        identity: String,
        content: JSONObject,
        mode: SendMode,
        webhook: String?,
        date: Timestamp = .now
    ) {
        self.id = id
        self.assistantID = assistantID
        self.session = session
        self.identity = identity
        self.content = content
        self.mode = mode
        self.webhook = webhook
        self.date = date
    }

    /// The user's message.
    package var message: MessageDraft {
        MessageDraft(role: .user, content: content, identity: identity, assistantID: assistantID)
    }
}
