package import AssistantsStore

/// A message that somebody sends as JSON, with the fields of a message on the wire. What is absent or `null` is `nil`.
package struct IncomingMessage: Sendable {
    package let id: MessageID?
    package let sessionID: SessionID?
    package let assistantID: AssistantID?
    package let identity: String?
    package let role: MessageRole?
    package let content: JSONObject?
    package let meta: JSONObject?
    package let dateCreated: Timestamp?
    package let dateUpdated: Timestamp?

    /// - Parameters:
    ///   - json: the bytes of one JSON object.
    ///   - allowed: the fields that it may have.
    ///   - numbers: which numbers it may have.
    package init(
        json: [UInt8],
        allowed: [MessageField],
        numbers: JSONScanner.Numbers = .finite
    ) throws(InvalidObject) {
        try self.init(ObjectFields(json: json, allowed: allowed, unknown: .refused, numbers: numbers))
    }

    /// Of an object that has been scanned already.
    init(_ members: [JSONMember], allowed: [MessageField]) throws(InvalidObject) {
        try self.init(ObjectFields(members, allowed: allowed, unknown: .refused))
    }

    /// The account is that of the credentials, whatever the object says.
    private init(_ fields: ObjectFields<MessageField>) throws(InvalidObject) {
        let roles = MessageRole.allCases.map(\.rawValue).joined(separator: ", ")
        id = try fields[.id].text(MessageID.init, allowed: "\(MessageID.prefix) and 1 to 247 more bytes")
        sessionID = try fields[.sessionID].text(
            SessionID.init,
            allowed: "1 to \(SessionID.maximumLength) bytes of text"
        )
        assistantID = try fields[.assistantID].text(
            AssistantID.init,
            allowed: "\(AssistantID.prefix) and 1 to 246 more bytes"
        )
        identity = try fields[.identity].text(IdentityText.checked, allowed: IdentityText.allowed)
        role = try fields[.role].text(MessageRole.init, allowed: "one of \(roles)")
        content = try fields[.content].object()
        meta = try fields[.meta].object()
        dateCreated = try fields[.dateCreated].date()
        dateUpdated = try fields[.dateUpdated].date()
    }
}
