/// The fields of a message to an assistant by their names on the wire.
enum SendField: String, CaseIterable, WireField {
    case identity, body, webhook, mode
    case sessionID = "session_id"
}
