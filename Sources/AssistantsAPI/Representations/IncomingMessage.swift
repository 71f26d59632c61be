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

    /// - Parameters:
    ///   - json: the bytes of one JSON object.
    ///   - allowed: the fields that it may have.
    package init(json: [UInt8], allowed: [MessageField]) throws(InvalidMessage) {
        let members: [JSONMember]
        do {
            var scanner = JSONScanner(json)
            members = try scanner.members()
        } catch {
            throw InvalidMessage("is not a JSON object: \(error)")
        }
        try self.init(members, allowed: allowed)
    }

    /// Of an object that has been scanned already.
    init(_ members: [JSONMember], allowed: [MessageField]) throws(InvalidMessage) {
        var given: Set<MessageField> = []
        for member in members {
            guard let field = MessageField(key: member.key), allowed.contains(field) else {
                let names = allowed.map(\.rawValue).joined(separator: ", ")
                throw InvalidMessage("has an unknown field \"\(member.key)\"; allowed: \(names)")
            }
            guard given.insert(field).inserted else {
                throw InvalidMessage("has the field \"\(field.rawValue)\" in two spellings")
            }
            try read(field, FieldValue(member))
        }
    }

    private mutating func read(_ field: MessageField, _ value: FieldValue) throws(InvalidMessage) {
        switch field {
        case .id:
            id = try value.text(MessageID.init, allowed: "\(MessageID.prefix) and 1 to 247 more bytes")
        case .accountSID:
            break  // The account is that of the credentials.
        case .assistantID:
            assistantID = try value.text(AssistantID.init, allowed: "\(AssistantID.prefix) and 1 to 246 more bytes")
        case .sessionID:
            sessionID = try value.text(SessionID.init, allowed: "1 to \(SessionID.maximumLength) bytes of text")
        case .identity:
            identity = try value.text(Self.identity, allowed: "a trait, a colon and a value, like user_id:alice")
        case .role:
            let roles = MessageRole.allCases.map(\.rawValue).joined(separator: ", ")
            role = try value.text(MessageRole.init, allowed: "one of \(roles)")
        case .content:
            content = try value.object()
        case .meta:
            meta = try value.object()
        case .dateCreated:
            dateCreated = try value.date()
        case .dateUpdated:
            dateUpdated = try value.date()
        }
    }

    private static let maximumIdentityLength = 1_024

    private static func identity(_ text: String) -> String? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let isWhole = parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
        return isWhole && text.utf8.count <= maximumIdentityLength ? text : nil
    }

    /// The value of one member of the object, and the errors that name it.
    private struct FieldValue {
        let name: String
        private let value: JSONValue

        init(_ member: JSONMember) {
            name = member.key
            value = member.value
        }

        func text<Value>(_ make: (String) -> Value?, allowed: String) throws(InvalidMessage) -> Value? {
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

        func date() throws(InvalidMessage) -> Timestamp? {
            try text(Timestamp.init(iso8601:), allowed: "a date like 2026-07-01T09:30:00Z")
        }
    }
}
