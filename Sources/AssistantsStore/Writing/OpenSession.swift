/// A session while messages are written to it in one transaction, which nobody else writes to meanwhile.
package struct OpenSession<Handle: Sendable>: Sendable {
    /// What the store finds the session's rows by.
    package let handle: Handle
    package let id: SessionID
    package let number: SessionNumber
    package let assistantID: AssistantID
    package let identity: String
    /// 0 before the first message.
    package private(set) var lastPosition: Int64
    package private(set) var dateUpdated: Timestamp
    /// Whether the session's row must be stored again.
    package private(set) var hasChanged = false
    /// What its messages' words begin with in a search index, where a store decides by session what it indexes; `nil` for no index.
    package let searchPrefix: String?

    package init(
        handle: Handle,
        id: SessionID,
        number: SessionNumber,
        assistantID: AssistantID,
        identity: String,
        lastPosition: Int64,
        dateUpdated: Timestamp,
        searchPrefix: String? = nil
    ) {
        self.handle = handle
        self.id = id
        self.number = number
        self.assistantID = assistantID
        self.identity = identity
        self.lastPosition = lastPosition
        self.dateUpdated = dateUpdated
        self.searchPrefix = searchPrefix
    }

    /// Notes that this message was stored at the next position.
    package mutating func add(_ message: Message) {
        lastPosition += 1
        dateUpdated = max(dateUpdated, message.dateUpdated)
        hasChanged = true
    }
}
