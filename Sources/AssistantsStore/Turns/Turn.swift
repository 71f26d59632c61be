/// A message of a user's and the reply to it: kept from the moment in which the message is accepted to that in which the
/// reply is stored.
package struct Turn: Sendable {
    package let id: TurnID
    package let account: AccountSID
    package let assistantID: AssistantID
    package let sessionID: SessionID
    package let identity: String
    package let mode: SendMode
    /// Where to report the reply; `nil` where the caller waits for it.
    package let webhook: String?
    /// The position of the user's message in its session; `nil` where the session was deleted, or was full, before the turn began,
    /// or the turn is damaged.
    package let message: MessageCursor?
    /// Whether the turn's row is damaged or from a newer version, or its message cannot be read or stored. Such a turn can
    /// only be ended, as failed; properties that cannot be read are empty, `mode` is `chat`.
    package let isDamaged: Bool

    package init(
        id: TurnID,
        account: AccountSID,
        assistantID: AssistantID,
        sessionID: SessionID,
        identity: String,
        mode: SendMode,
        webhook: String?,
        message: MessageCursor?,
        isDamaged: Bool = false
    ) {
        self.id = id
        self.account = account
        self.assistantID = assistantID
        self.sessionID = sessionID
        self.identity = identity
        self.mode = mode
        self.webhook = webhook
        self.message = message
        self.isDamaged = isDamaged
    }
}

/// A turn's id, given by the worker that accepts it.
package struct TurnID: Identifier {
    package let text: String

    /// An id that no other turn has.
    package static func unique(at time: Timestamp = .now) -> TurnID {
        TurnID(unchecked: "\(UUIDv7(at: time))")
    }

    /// For text that a store gave.
    package init(unchecked text: String) {
        self.text = text
    }
}

/// What a reply is for, which decides how it should be worded.
package enum SendMode: String, CaseIterable, Sendable {
    case chat, email, voice
}
