/// What a session's messages are at one moment: where two are equal, so are all its pages.
package struct SessionVersion: Hashable, Sendable {
    package let session: SessionNumber
    /// How many messages have been appended to the session, changed and deleted, together: it grows with each.
    package let changes: Int64

    package init(session: SessionNumber, changes: Int64) {
        self.session = session
        self.changes = changes
    }
}
