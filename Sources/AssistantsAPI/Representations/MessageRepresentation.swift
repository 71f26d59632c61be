package import AssistantsStore
import NIOCore
import TextSearch

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
            allowed: AssistantID.form
        )
        identity = try fields[.identity].text(IdentityText.checked, allowed: IdentityText.allowed)
        role = try fields[.role].text(MessageRole.init, allowed: "one of \(roles)")
        content = try fields[.content].object()
        meta = try fields[.meta].object()
        dateCreated = try fields[.dateCreated].date()
        dateUpdated = try fields[.dateUpdated].date()
    }
}

/// A message as JSON, written straight from the store's row.
enum MessageRepresentation {
    /// The version of the JSON of messages and their lists. It changes with the format, so that ETags of the previous one no longer
    /// match.
    static let form = "3"
    /// How many bytes the keys, the account, the dates, and what separates messages take at most.
    static let overhead = 256
    /// How many bytes a `match` takes at most beside the name of its field: a scalar takes six where it must be escaped,
    /// and a range eleven.
    private static let matchOverhead = 128 + 18 * SearchSnippet.maximumLength
    /// Of a page of messages that were found. The field in which something was found is named, and its name can be three times as long as the
    /// message: a key of tabs is stored as `\t` and written as `\u0009`.
    static let searchBudget = PageBudget(
        bytes: ListRepresentation.budget(overhead: overhead).bytes / 4,
        overhead: overhead + matchOverhead
    )

    /// - Parameter match: where the message was found, if it was looked for.
    static func write(
        _ message: borrowing MessageRow,
        of account: AccountSID,
        match: SearchMatch?,
        to json: inout ByteBuffer
    ) {
        write(message, of: account, to: &json)
        guard let match else { return }
        // In place of the brace that ends the message.
        json.moveWriterIndex(to: json.writerIndex - 1)
        json.writeStaticString(",\"match\":{\"field\":")
        json.writeJSONString(match.field)
        json.writeStaticString(",\"snippet\":")
        json.writeJSONString(match.snippet.text)
        json.writeStaticString(",\"offset\":")
        json.writeString(String(match.snippet.offset))
        json.writeStaticString(",\"ranges\":[")
        let ranges = match.snippet.ranges.map { "[\($0.lowerBound),\($0.upperBound)]" }
        json.writeString(ranges.joined(separator: ","))
        json.writeStaticString("]}}")
    }

    static func write(_ message: borrowing MessageRow, of account: AccountSID, to json: inout ByteBuffer) {
        let message = copy message
        json.write(upTo: overhead + message.maximumJSONLength) { json in
            json.append("{\"id\":")
            json.appendJSONString(message.id)
            // A SID is letters and digits.
            json.append(",\"account_sid\":\"")
            json.append(account.text.utf8.span.bytes)
            json.append("\",\"assistant_id\":")
            json.appendJSONString(message.assistantID)
            json.append(",\"session_id\":")
            json.appendJSONString(message.sessionID)
            json.append(",\"identity\":")
            json.appendJSONString(message.identity)
            json.append(",\"role\":")
            json.appendJSONString(message.role)
            // The store holds checked JSON: it comes out as it came in.
            json.append(",\"content\":")
            json.append(message.content)
            json.append(",\"meta\":")
            json.append(message.meta)
            json.append(",\"date_created\":")
            json.appendJSONString(message.dateCreated)
            json.append(",\"date_updated\":")
            json.appendJSONString(message.dateUpdated)
            json.append("}")
        }
    }

    /// - Parameter match: where the message was found, if it was looked for.
    static func write(
        _ message: Message,
        of account: AccountSID,
        match: SearchMatch? = nil,
        to json: inout ByteBuffer
    ) {
        let row = MessageRow(
            id: message.id.text.utf8.span.bytes,
            sessionID: message.sessionID.text.utf8.span.bytes,
            assistantID: message.assistantID.text.utf8.span.bytes,
            identity: message.identity.utf8.span.bytes,
            role: message.role.rawValue.utf8.span.bytes,
            content: message.content.text.utf8.span.bytes,
            meta: message.meta.text.utf8.span.bytes,
            dateCreated: message.dateCreated,
            dateUpdated: message.dateUpdated
        )
        write(row, of: account, match: match, to: &json)
    }
}
