/// A message to be appended. What is `nil` was not given: it gets its default, and is not compared where the message
/// turns out to be there already.
package struct NewMessage: Sendable {
    package let id: MessageID
    /// Exactly this session, which is made if it is not there.
    package let sessionID: SessionID
    /// Default: that of `MessageDefaults.assistantName`.
    package let assistantID: AssistantID?
    /// Default: the session's, and `user_id:unknown` in a session's first message.
    package let identity: String?
    package let role: MessageRole
    package let content: JSONObject
    /// Default: `{}`.
    package let meta: JSONObject?
    /// Default: `MessageDefaults.date`, or `dateUpdated` where that is earlier.
    package let dateCreated: Timestamp?
    /// Default: the message's `dateCreated`. Never earlier than that.
    package let dateUpdated: Timestamp?

    package init(
        id: MessageID,
        sessionID: SessionID,
        assistantID: AssistantID? = nil,
        identity: String? = nil,
        role: MessageRole,
        content: JSONObject,
        meta: JSONObject? = nil,
        dateCreated: Timestamp? = nil,
        dateUpdated: Timestamp? = nil
    ) {
        self.id = id
        self.sessionID = sessionID
        self.assistantID = assistantID
        self.identity = identity
        self.role = role
        self.content = content
        self.meta = meta
        self.dateCreated = dateCreated
        self.dateUpdated = dateUpdated
    }

    /// The message that it becomes.
    /// - Parameters:
    ///   - identity: the session's; `nil` in a session's first message.
    ///   - assistantID: its own, or its default.
    ///   - date: that of `MessageDefaults`.
    package func message(identity sessionIdentity: String?, assistantID: AssistantID, date: Timestamp) -> Message {
        // A message that was changed in the past was not created after that.
        let dateCreated = dateCreated ?? min(date, dateUpdated ?? date)
        return Message(
            id: id,
            sessionID: sessionID,
            assistantID: assistantID,
            identity: identity ?? sessionIdentity ?? MessageDefaults.identity,
            role: role,
            content: content,
            meta: meta ?? .empty,
            dateCreated: dateCreated,
            dateUpdated: dateUpdated ?? dateCreated
        )
    }

    /// Earlier versions may have stored a `dateUpdated` before `dateCreated`; exports write `dateCreated` instead.
    package static func dateUpdated(_ dateUpdated: Timestamp, notBefore dateCreated: Timestamp) -> Timestamp {
        max(dateCreated, dateUpdated)
    }

    /// Whether all that was given of it is what a stored message has, byte for byte but for white space between the tokens of `content` and
    /// `meta`, which programs lay out differently, and for a fraction of a second, which the API does not show.
    package func agrees(with stored: Message) -> Bool {
        let storedUpdated = Self.dateUpdated(stored.dateUpdated, notBefore: stored.dateCreated)
        return (assistantID ?? stored.assistantID) == stored.assistantID
            && (identity ?? stored.identity).utf8.elementsEqual(stored.identity.utf8)
            && role == stored.role
            && content.agrees(with: stored.content)
            && meta.map { $0.agrees(with: stored.meta) } ?? true
            && dateCreated.map { $0.isShown(for: stored.dateCreated) } ?? true
            && dateUpdated.map { $0.isShown(for: storedUpdated) } ?? true
    }
}
