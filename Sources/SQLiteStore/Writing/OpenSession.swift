import AssistantsStore

/// A session's row while messages are appended to it in one transaction.
struct OpenSession {
    let number: SessionNumber
    let identity: String
    /// 0 before the first message.
    var lastPosition: Int64
    var dateUpdated: Timestamp
    var hasChanged = false
}
