/// Messages that are added to an open session, in their order.
package struct Addition<Handle: Sendable>: Sendable {
    package var session: OpenSession<Handle>
    package let messages: [Message]
    /// Whether their ids have just been made, so that the session has none of them.
    package let areNew: Bool
    /// The indices of messages whose ids the session had already, or which came before among these; they are not added.
    package var repeated: [Int] = []

    init(_ messages: [Message], to session: OpenSession<Handle>, areNew: Bool) {
        self.session = session
        self.messages = messages
        self.areNew = areNew
    }
}

/// Messages of a session, by their ids.
package struct MessageSelection<Handle: Sendable>: Sendable {
    package let session: Handle
    package let sessionID: SessionID
    package let ids: [MessageID]
}
