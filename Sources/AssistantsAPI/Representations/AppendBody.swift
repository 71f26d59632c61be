import AssistantsStore

/// The body of an append: one message, or `{"messages":[…]}`.
struct AppendBody {
    static let maximumMessages = 500

    let drafts: [MessageDraft]
    /// Whether it was a list: then the answer is one too.
    let isList: Bool

    /// - Throws: `APIError` where it is neither.
    init(json: [UInt8]) throws(APIError) {
        guard let elements = try Self.listElements(json) else {
            drafts = [try Self.draft(json, name: "The message")]
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
            drafts.append(try Self.draft(Array(object.text.utf8), name: "Message \(index + 1)"))
        }
        self.drafts = drafts
        isList = true
    }

    /// `nil` where the body has no `messages`.
    private static func listElements(_ json: [UInt8]) throws(APIError) -> [JSONValue]? {
        let members: [JSONMember]
        do {
            var scanner = JSONScanner(json)
            members = try scanner.members()
        } catch {
            throw .badRequest("The body is not a JSON object: \(error)")
        }
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
    private static func draft(_ json: [UInt8], name: String) throws(APIError) -> MessageDraft {
        do throws(InvalidMessage) {
            let message = try IncomingMessage(json: json, allowed: MessageField.appended)
            guard let role = message.role else { throw InvalidMessage("has no \"role\"") }
            guard let content = message.content else { throw InvalidMessage("has no \"content\"") }
            return MessageDraft(
                role: role,
                content: content,
                meta: message.meta,
                identity: message.identity,
                assistantID: message.assistantID,
                dateCreated: message.dateCreated
            )
        } catch {
            throw .badRequest("\(name) \(error.reason)")
        }
    }
}
