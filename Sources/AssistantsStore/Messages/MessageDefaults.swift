/// What messages get that were written without it.
package struct MessageDefaults: Sendable {
    /// The identity of a session's first message that was written without one.
    package static let identity = "user_id:unknown"

    /// A message without an assistant gets the account's oldest one of this name, which is made when it is first needed.
    package let assistantName: String
    package let date: Timestamp

    package init(assistantName: String, date: Timestamp = .now) {
        self.assistantName = assistantName
        self.date = date
    }
}
