/// The fields of a message by their names on the wire.
package enum MessageField: String, CaseIterable, Sendable {
    case id
    case accountSID = "account_sid"
    case assistantID = "assistant_id"
    case sessionID = "session_id"
    case identity, role, content, meta
    case dateCreated = "date_created"
    case dateUpdated = "date_updated"

    /// What an appended message may say of itself; the rest is given to it.
    static let appended: [MessageField] = [.role, .content, .meta, .identity, .assistantID, .dateCreated]

    /// - Parameter key: in snake case or, as Node's types send it, in camel case.
    init?(key: String) {
        switch key {
        case "accountSid": self = .accountSID
        case "assistantId": self = .assistantID
        case "sessionId": self = .sessionID
        case "dateCreated": self = .dateCreated
        case "dateUpdated": self = .dateUpdated
        default: self.init(rawValue: key)
        }
    }
}
