/// A message to be appended to a session, which gives it its place and the store its id. What is `nil` gets its default.
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
}
