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

extension RawSpan {
    var text: String {
        withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
