import AssistantsStore
import NIOCore

/// A message as JSON, written straight from the store's row.
enum MessageRepresentation {
    /// Names what messages and their lists look like. It changes with that, so that no client takes what it has of old for
    /// what there is.
    static let form = "2"
    /// How many bytes the keys, the account, the dates, and what separates messages take at most.
    static let overhead = 256

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
