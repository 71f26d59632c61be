import AssistantsStore
import NIOCore

/// A message as JSON, written straight from the store's row.
enum MessageRepresentation {
    static func write(_ message: borrowing MessageRow, of account: AccountSID, to json: inout ByteBuffer) {
        json.writeStaticString("{\"id\":")
        json.writeJSONString(message.id)
        // A SID is letters and digits.
        json.writeStaticString(",\"account_sid\":\"")
        json.writeString(account.text)
        json.writeStaticString("\",\"assistant_id\":")
        json.writeJSONString(message.assistantID)
        json.writeStaticString(",\"session_id\":")
        json.writeJSONString(message.sessionID)
        json.writeStaticString(",\"identity\":")
        json.writeJSONString(message.identity)
        json.writeStaticString(",\"role\":")
        json.writeJSONString(message.role)
        // The store holds checked JSON: it comes out as it came in.
        json.writeStaticString(",\"content\":")
        json.writeBytes(message.content)
        json.writeStaticString(",\"meta\":")
        json.writeBytes(message.meta)
        json.writeStaticString(",\"date_created\":")
        json.writeJSONString(message.dateCreated)
        json.writeStaticString(",\"date_updated\":")
        json.writeJSONString(message.dateUpdated)
        json.writeStaticString("}")
    }

    static func write(_ message: Message, of account: AccountSID, to json: inout ByteBuffer) {
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
        write(row, of: account, to: &json)
    }
}
