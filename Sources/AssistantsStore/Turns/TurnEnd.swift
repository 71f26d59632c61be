/// What is stored when a turn ends, all at once.
package struct TurnEnd: Sendable {
    /// The assistant's message; `nil` where there is no reply.
    package let reply: JSONObject?
    /// Of that message; default: `{}`.
    package let meta: JSONObject?
    /// What the request is answered with, for who sends it again under the same idempotency key.
    package let answer: StoredAnswer
    package let callback: NewCallback?
    package let date: Timestamp

    package init(
        reply: JSONObject?,
        meta: JSONObject? = nil,
        answer: StoredAnswer,
        callback: NewCallback?,
        date: Timestamp = .now
    ) {
        self.reply = reply
        self.meta = meta
        self.answer = answer
        self.callback = callback
        self.date = date
    }
}
