/// What is stored when a turn ends, all at once.
package struct TurnEnd: Sendable {
    /// The assistant's message; `nil` where there is no reply.
    package let reply: JSONObject?
    /// Of that message; default: `{}`.
    package let meta: JSONObject?
    /// The response to the request, for callers who repeat it under the same idempotency key; `nil` leaves the key as it is.
    package let answer: StoredAnswer?
    package let callback: NewCallback?
    /// When the reply came: the date of its message.
    package let date: Timestamp

    package init(
        reply: JSONObject?,
        meta: JSONObject? = nil,
        answer: StoredAnswer?,
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
