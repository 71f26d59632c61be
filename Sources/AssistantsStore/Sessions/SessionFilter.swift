/// Which of an account's sessions a list has. `updated` and `active` ask for what changes: a session can come to match, and cease to.
package struct SessionFilter: Equatable, Sendable {
    package var identity: String?
    package var assistantID: AssistantID?
    package var created: DateRange
    package var updated: DateRange
    /// When the session was last active.
    package var active: DateRange

    package init(
        identity: String? = nil,
        assistantID: AssistantID? = nil,
        created: DateRange = DateRange(),
        updated: DateRange = DateRange(),
        active: DateRange = DateRange()
    ) {
        self.identity = identity
        self.assistantID = assistantID
        self.created = created
        self.updated = updated
        self.active = active
    }

    package func matches(_ session: Session, lastActivity: Timestamp) -> Bool {
        // As bytes, and not as Unicode compares texts.
        (identity.map { $0.utf8.elementsEqual(session.identity.utf8) } ?? true)
            && (assistantID.map { $0.text.utf8.elementsEqual(session.assistantID.text.utf8) } ?? true)
            && created.contains(session.dateCreated) && updated.contains(session.dateUpdated)
            && active.contains(lastActivity)
    }
}
