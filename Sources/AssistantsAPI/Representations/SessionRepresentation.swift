import AssistantsStore
import NIOCore

/// A session as JSON.
enum SessionRepresentation {
    /// How many bytes the keys, the account, the dates, and what separates sessions take at most in a list.
    static func overhead(_ query: PageQuery) -> Int {
        256 + (query.includesLastMessage ? 128 + MessageRepresentation.overhead : 0)
    }

    static func write(_ item: ListedSession, to json: inout ByteBuffer) {
        let session = item.session
        json.writeStaticString("{\"id\":")
        json.writeJSONString(session.id.text)
        json.writeStaticString(",\"account_sid\":")
        json.writeJSONString(session.account.text)
        json.writeStaticString(",\"assistant_id\":")
        json.writeJSONString(session.assistantID.text)
        json.writeStaticString(",\"verified\":")
        json.writeStaticString(session.isVerified ? "true" : "false")
        json.writeStaticString(",\"identity\":")
        json.writeJSONString(session.identity)
        json.writeStaticString(",\"date_created\":")
        json.writeJSONString(session.dateCreated)
        json.writeStaticString(",\"date_updated\":")
        json.writeJSONString(session.dateUpdated)
        if let summary = item.summary {
            json.writeStaticString(",\"message_count\":")
            json.writeString(String(summary.messageCount))
            json.writeStaticString(",\"last_message\":")
            if let message = summary.lastMessage {
                MessageRepresentation.write(message, of: session.account, to: &json)
            } else {
                json.writeStaticString("null")
            }
            json.writeStaticString(",\"last_activity\":")
            json.writeExactJSONString(summary.lastActivity)
        }
        json.writeStaticString("}")
    }
}
