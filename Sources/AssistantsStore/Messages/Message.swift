/// A message as it is stored.
package struct Message: Sendable {
    package let id: MessageID
    package let sessionID: SessionID
    package let assistantID: AssistantID
    package let identity: String
    package let role: MessageRole
    package let content: JSONObject
    package let meta: JSONObject
    package let dateCreated: Timestamp
    package let dateUpdated: Timestamp

    package init(
        id: MessageID,
        sessionID: SessionID,
        assistantID: AssistantID,
        identity: String,
        role: MessageRole,
        content: JSONObject,
        meta: JSONObject,
        dateCreated: Timestamp,
        dateUpdated: Timestamp
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
}

extension Message {
    /// A copy of a row.
    /// - Returns: `nil` where its role is none, as only damage can make it.
    package init?(_ row: borrowing MessageRow) {
        guard let role = MessageRole(rawValue: row.role.text) else { return nil }
        self.init(
            id: MessageID(unchecked: row.id.text),
            sessionID: SessionID(unchecked: row.sessionID.text),
            assistantID: AssistantID(unchecked: row.assistantID.text),
            identity: row.identity.text,
            role: role,
            content: JSONObject(unchecked: row.content.text),
            meta: JSONObject(unchecked: row.meta.text),
            dateCreated: row.dateCreated,
            dateUpdated: row.dateUpdated
        )
    }
}

/// Who speaks in a message: a person, the assistant, or what the assistant called.
package enum MessageRole: String, CaseIterable, Sendable {
    case user, assistant, tool, knowledge
}

/// A position in a session's list of messages.
package struct MessageCursor: Hashable, Sendable {
    package let session: SessionNumber
    /// Of the message in its session: 1 or more. Positions only grow, and none is given twice.
    package let position: Int64

    package init(session: SessionNumber, position: Int64) {
        self.session = session
        self.position = position
    }
}

extension MessageCursor: KeysetCursor {
    package static let kind: UInt8 = 1
    package static let columns = ["session_number", "position"]

    package var values: [Int64] { [session.value, position] }

    package init(values: [Int64]) {
        self.init(session: SessionNumber(values[0]), position: values[1])
    }
}
