/// A message to be appended to a session, which gives it its position, and the store its id. What is `nil` gets its default.
package struct MessageDraft: Sendable {
    package let role: MessageRole
    package let content: JSONObject
    /// Default: `{}`.
    package let meta: JSONObject?
    /// Default: the session's, and `user_id:unknown` in a session's first message.
    package let identity: String?
    /// Default: the session's, and that of `MessageDefaults.assistantName` in a session's first message.
    package let assistantID: AssistantID?
    /// Default: `MessageDefaults.date`.
    package let dateCreated: Timestamp?

    package init(
        role: MessageRole,
        content: JSONObject,
        meta: JSONObject? = nil,
        identity: String? = nil,
        assistantID: AssistantID? = nil,
        dateCreated: Timestamp? = nil
    ) {
        self.role = role
        self.content = content
        self.meta = meta
        self.identity = identity
        self.assistantID = assistantID
        self.dateCreated = dateCreated
    }

    /// The message that it becomes, under an id of its own.
    /// - Parameters:
    ///   - identity: the session's; `nil` in a session's first message.
    ///   - assistantID: the draft's, or its default.
    ///   - date: that of `MessageDefaults`.
    package func message(
        in session: SessionID,
        identity sessionIdentity: String?,
        assistantID: AssistantID,
        date: Timestamp
    ) -> Message {
        Message(
            id: .unique(at: date),
            sessionID: session,
            assistantID: assistantID,
            identity: identity ?? sessionIdentity ?? MessageDefaults.identity,
            role: role,
            content: content,
            meta: meta ?? .empty,
            dateCreated: dateCreated ?? date,
            dateUpdated: dateCreated ?? date
        )
    }
}
