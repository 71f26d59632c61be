/// A place in a session's list of messages.
package struct MessageCursor: Hashable, Sendable {
    package let session: SessionNumber
    /// The message's place in its session: 1 or more; it only grows, and is not given again.
    package let position: Int64

    package init(session: SessionNumber, position: Int64) {
        self.session = session
        self.position = position
    }
}
