package import AssistantsStore

/// A message that somebody sends as JSON, with the fields of a message on the wire. What is absent or `null` is `nil`.
package struct IncomingMessage: Sendable {
    package private(set) var id: MessageID?
    package private(set) var sessionID: SessionID?
    package private(set) var assistantID: AssistantID?
    package private(set) var identity: String?
    package private(set) var role: MessageRole?
    package private(set) var content: JSONObject?
    package private(set) var meta: JSONObject?
    package private(set) var dateCreated: Timestamp?
    package private(set) var dateUpdated: Timestamp?

    /// - Parameter json: the bytes of one JSON object.
    package init(json: [UInt8]) throws(InvalidMessage) {
        let members: [JSONMember]
        do {
            var scanner = JSONScanner(json)
            members = try scanner.members()
        } catch {
            throw InvalidMessage("is not a JSON object: \(error)")
        }
        for member in members {
            try read(Field(member))
        }
    }

    private mutating func read(_ field: Field) throws(InvalidMessage) {
        switch field.name {
        case "id":
            id = try field.string(MessageID.init, allowed: "\(MessageID.prefix) and 1 to 247 more bytes")
        case "account_sid":
            break  // The account is that of the credentials.
        case "assistant_id":
            assistantID = try field.string(AssistantID.init, allowed: "\(AssistantID.prefix) and 1 to 246 more bytes")
        case "session_id":
            sessionID = try field.string(SessionID.init, allowed: "1 to \(SessionID.maximumLength) bytes of text")
        case "identity":
            identity = try field.string(Self.identity, allowed: "a trait, a colon and a value, like user_id:alice")
        case "role":
            let roles = MessageRole.allCases.map(\.rawValue).joined(separator: ", ")
            role = try field.string(MessageRole.init, allowed: "one of \(roles)")
        case "content":
            content = try field.object()
        case "meta":
            meta = try field.object()
        case "date_created":
            dateCreated = try field.string(Timestamp.init(iso8601:), allowed: "a date like 2026-07-01T09:30:00Z")
        case "date_updated":
            dateUpdated = try field.string(Timestamp.init(iso8601:), allowed: "a date like 2026-07-01T09:30:00Z")
        default:
            throw InvalidMessage("has an unknown field \"\(field.name)\"; allowed: \(Self.fields)")
        }
    }

    private static let fields =
        "id, account_sid, assistant_id, session_id, identity, role, content, meta, date_created, date_updated"

    private static let maximumIdentityLength = 1_024

    private static func identity(_ text: String) -> String? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let isWhole = parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
        return isWhole && text.utf8.count <= maximumIdentityLength ? text : nil
    }

    /// One member of the object, and the errors that name it.
    private struct Field {
        let name: String
        private let value: JSONValue

        init(_ member: JSONMember) {
            name = member.key
            value = member.value
        }

        func string<Value>(_ make: (String) -> Value?, allowed: String) throws(InvalidMessage) -> Value? {
            switch value {
            case .null: return nil
            case .string(let text):
                guard let value = make(text) else {
                    throw InvalidMessage("has a bad \"\(name)\": it must be \(allowed)")
                }
                return value
            default: throw InvalidMessage("has \(value.kind) as \"\(name)\": it must be a string")
            }
        }

        func object() throws(InvalidMessage) -> JSONObject? {
            switch value {
            case .null: nil
            case .object(let object): object
            default: throw InvalidMessage("has \(value.kind) as \"\(name)\": it must be an object")
            }
        }
    }
}
