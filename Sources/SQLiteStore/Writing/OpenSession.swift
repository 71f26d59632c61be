import AssistantsStore

/// A session's row while messages are written to it in one transaction.
struct OpenSession {
    let id: SessionID
    let number: SessionNumber
    let assistantID: AssistantID
    let identity: String
    /// 0 before the first message.
    var lastPosition: Int64
    var dateUpdated: Timestamp
    var hasChanged = false
}
