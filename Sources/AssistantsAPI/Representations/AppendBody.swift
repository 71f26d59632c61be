import AssistantsStore

/// The body of an append: one message, or `{"messages":[…]}`.
struct AppendBody {
    static let maximumMessages = 500

    let drafts: [MessageDraft]
    /// Whether it was a list: then the answer is one too.
    let isList: Bool

    /// - Throws: `APIError` where it is neither.
    init(json: [UInt8]) throws(APIError) {
        let members: [JSONMember]
        do {
            var scanner = JSONScanner(json)
            members = try scanner.members()
        } catch {
            throw .badRequest("The body is not a JSON object: \(error)")
        }
        guard let elements = try Self.listElements(members) else {
            drafts = [
                try Self.draft("The message") { () throws(InvalidObject) in
                    try IncomingMessage(members, allowed: MessageField.appended)
                }
            ]
            isList = false
            return
        }
        guard (1...Self.maximumMessages).contains(elements.count) else {
            throw .badRequest("\"messages\" must have 1 to \(Self.maximumMessages) messages")
        }
        var drafts: [MessageDraft] = []
        for (index, element) in elements.enumerated() {
            guard case .object(let object) = element else {
                throw .badRequest("Message \(index + 1) is \(element.kind): it must be an object")
            }
            drafts.append(
                try Self.draft("Message \(index + 1)") { () throws(InvalidObject) in
                    try IncomingMessage(json: Array(object.text.utf8), allowed: MessageField.appended)
                }
            )
        }
        self.drafts = drafts
        isList = true
    }

    /// `nil` where the body has no `messages`.
    private static func listElements(_ members: [JSONMember]) throws(APIError) -> [JSONValue]? {
        guard let list = members.first(where: { $0.key == "messages" }) else { return nil }
        guard members.count == 1 else {
            throw .badRequest("The body must have \"messages\" alone, or be one message")
        }
        guard case .array(let elements) = list.value else {
            throw .badRequest("\"messages\" is \(list.value.kind): it must be an array")
        }
        return elements
    }

    /// - Parameter name: what the message is called in errors.
    private static func draft(
        _ name: String,
        _ read: () throws(InvalidObject) -> IncomingMessage
    ) throws(APIError) -> MessageDraft {
        try APIError.naming(name) { () throws(InvalidObject) in
            let message = try read()
            guard let role = message.role else { throw InvalidObject("has no \"role\"") }
            guard let content = message.content else { throw InvalidObject("has no \"content\"") }
            return MessageDraft(
                role: role,
                content: content,
                meta: message.meta,
                identity: message.identity,
                assistantID: message.assistantID,
                dateCreated: message.dateCreated
            )
        }
    }
}
