/// The fields of a message by their names on the wire.
package enum MessageField: String, CaseIterable, WireField {
    case id
    case accountSID = "account_sid"
    case assistantID = "assistant_id"
    case sessionID = "session_id"
    case identity, role, content, meta
    case dateCreated = "date_created"
    case dateUpdated = "date_updated"

    /// What an appended message may say of itself; the rest is given to it.
    static let appended: [MessageField] = [.role, .content, .meta, .identity, .assistantID, .dateCreated]

    /// What of a message can be changed.
    static let changeable: [MessageField] = [.content, .meta]
}
