package import AssistantsStore
package import NIOCore

/// A message as a line of an export, which an import reads as the same message.
package enum TranscriptLine {
    /// What every line begins with. The session's id follows, so that all lines of a session begin with the same bytes.
    package static let start: StaticString = "{\"session_id\":"

    /// Writes a line and its line break.
    package static func write(_ message: borrowing MessageRow, to lines: inout ByteBuffer) {
        let message = copy message
        lines.write(upTo: MessageRepresentation.overhead + message.maximumJSONLength) { line in
            line.append(start)
            line.appendJSONString(message.sessionID)
            line.append(",\"id\":")
            line.appendJSONString(message.id)
            line.append(",\"assistant_id\":")
            line.appendJSONString(message.assistantID)
            line.append(",\"identity\":")
            line.appendJSONString(message.identity)
            line.append(",\"role\":")
            line.appendJSONString(message.role)
            line.append(",\"content\":")
            line.appendInOneLine(message.content)
            line.append(",\"meta\":")
            line.appendInOneLine(message.meta)
            line.append(",\"date_created\":")
            line.appendExactJSONString(message.dateCreated)
            line.append(",\"date_updated\":")
            line.appendExactJSONString(NewMessage.dateUpdated(message.dateUpdated, notBefore: message.dateCreated))
            line.append("}\n")
        }
    }
}
