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

/// The number that a store gave a session when it was created, and never gives to another: a session that is deleted and
/// made again under the same id has a new one. Copying a database keeps it.
package struct SessionNumber: Hashable, Sendable {
    package let value: Int64

    package init(_ value: Int64) {
        self.value = value
    }
}

/// What a session's messages are at one moment: where two are equal, so are all its pages.
package struct SessionVersion: Hashable, Sendable {
    package let session: SessionNumber
    /// Drawn at random by each transaction that appends, changes or deletes messages of the session, so that none comes a
    /// second time, also where a database goes back to an earlier state: a failover that loses commits, a backup restored.
    package let stamp: Int64

    package init(session: SessionNumber, stamp: Int64) {
        self.session = session
        self.stamp = stamp
    }
}
