import AssistantsStore
import NIOCore

/// A session as JSON.
enum SessionRepresentation {
    /// How many bytes the keys, the account, the dates, and what separates sessions take at most.
    static let overhead = 256

    static func write(_ session: Session, to json: inout ByteBuffer) {
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
        json.writeStaticString("}")
    }
}
