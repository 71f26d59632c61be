package import AssistantsStore

extension MessageRow {
    /// All that a message says, to be compared.
    package var text: String {
        """
        \(id.text) \(sessionID.text) \(assistantID.text) \(identity.text) \(role.text) \(content.text) \(meta.text) \
        \(dateCreated) \(dateUpdated)
        """
    }
}
