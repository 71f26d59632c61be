/// A conversation. It comes into being with its first message.
package struct Session: Sendable {
    package let id: SessionID
    package let account: AccountSID
    /// That of its first message.
    package let assistantID: AssistantID
    /// That of its first message.
    package let identity: String
    package let isVerified: Bool
    /// That of its first message.
    package let dateCreated: Timestamp
    /// The latest of its messages' dates.
    package let dateUpdated: Timestamp

    package init(
        id: SessionID,
        account: AccountSID,
        assistantID: AssistantID,
        identity: String,
        isVerified: Bool,
        dateCreated: Timestamp,
        dateUpdated: Timestamp
    ) {
        self.id = id
        self.account = account
        self.assistantID = assistantID
        self.identity = identity
        self.isVerified = isVerified
        self.dateCreated = dateCreated
        self.dateUpdated = dateUpdated
    }
}
