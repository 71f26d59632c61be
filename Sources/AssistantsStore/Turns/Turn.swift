/// A message of a user's and the reply to it: kept from the moment in which the message is accepted to that in which the
/// reply is stored.
package struct Turn: Sendable {
    /// How long a worker has a turn to itself without saying that it still works on it, in microseconds: 10 seconds.
    package static let lease: Int64 = 10 * 1_000_000

    package let id: TurnID
    package let account: AccountSID
    package let assistantID: AssistantID
    package let sessionID: SessionID
    package let identity: String
    package let mode: SendMode
    /// Where to report the reply; `nil` where the caller waits for it.
    package let webhook: String?
    /// The place of the user's message in its session; `nil` where the session was deleted, or was full, before the turn began.
    package let message: MessageCursor?

    package init(
        id: TurnID,
        account: AccountSID,
        assistantID: AssistantID,
        sessionID: SessionID,
        identity: String,
        mode: SendMode,
        webhook: String?,
        message: MessageCursor?
    ) {
        self.id = id
        self.account = account
        self.assistantID = assistantID
        self.sessionID = sessionID
        self.identity = identity
        self.mode = mode
        self.webhook = webhook
        self.message = message
    }
}
