import AssistantsStore
import TextEncodings

/// A place in the URL space:
///
/// | path | place |
/// |---|---|
/// | `/health` | `health` |
/// | `/ready` | `readiness` |
/// | `/openapi.json` | `openAPI` |
/// | `/v1/Assistants` | `assistants` |
/// | `/v1/Assistants/{assistant}` | `assistant` |
/// | `/v1/Assistants/{assistant}/Messages` | `send` |
/// | `/v1/Sessions` | `sessions` |
/// | `/v1/Sessions/{session}` | `session` |
/// | `/v1/Sessions/{session}/Messages` | `messages` |
/// | `/v1/Sessions/{session}/Messages/aia_msg_…` | `message` |
///
/// SDKs put session names into paths as they are, and real names hold slashes. So the session's part is found on the raw
/// bytes: a final `/Messages` makes it a list, all before is the session; a name that itself ends so can be reached with
/// its slash as `%2F`. One slash at the end is ignored, none are collapsed, and the part is decoded once. Hummingbird's
/// router does none of this: it drops empty components, and its `**` does not backtrack.
enum Route {
    case health
    case readiness
    case openAPI
    case assistants
    case assistant(AssistantID)
    case send(to: AssistantID)
    case sessions
    case session(SessionReference)
    case messages(of: SessionReference)
    case message(MessageID, of: SessionReference)

    /// The place's path, with names in braces for what differs.
    var template: String {
        switch self {
        case .health: "/health"
        case .readiness: "/ready"
        case .openAPI: "/openapi.json"
        case .assistants: "/v1/Assistants"
        case .assistant: "/v1/Assistants/{id}"
        case .send: "/v1/Assistants/{id}/Messages"
        case .sessions: "/v1/Sessions"
        case .session: "/v1/Sessions/{id}"
        case .messages: "/v1/Sessions/{sessionId}/Messages"
        case .message: "/v1/Sessions/{sessionId}/Messages/{id}"
        }
    }

    /// Whether the answer takes as long as somebody else needs, so that a long time says nothing.
    var waitsForOthers: Bool {
        if case .send = self { true } else { false }
    }

    /// - Returns: `nil` where there is no such place.
    init?(path: Substring) throws(PercentEncoding.DecodingError) {
        // A path is well-formed as a whole or not at all, wherever it leads.
        _ = try PercentEncoding.decode(path)
        let path = path.utf8.last == UInt8(ascii: "/") ? Substring(path.utf8.dropLast()) : path
        switch path {
        case "/health": self = .health
        case "/ready": self = .readiness
        case "/openapi.json": self = .openAPI
        case "/v1/Assistants": self = .assistants
        case "/v1/Sessions": self = .sessions
        default:
            if var assistant = path.afterPrefix("/v1/Assistants/") {
                let isSend = assistant.removeSuffix("/Messages")
                guard !assistant.utf8.contains(UInt8(ascii: "/")),
                    let id = AssistantID(try PercentEncoding.decode(assistant))
                else { return nil }
                self = isSend ? .send(to: id) : .assistant(id)
                return
            }
            guard var session = path.afterPrefix("/v1/Sessions/") else { return nil }
            if let message = try session.removeMessage() {
                self = .message(message, of: SessionReference(try PercentEncoding.decode(session)))
                return
            }
            let isList = session.removeSuffix("/Messages")
            let reference = SessionReference(try PercentEncoding.decode(session))
            self = isList ? .messages(of: reference) : .session(reference)
        }
    }
}

extension Substring {
    fileprivate func afterPrefix(_ prefix: String) -> Substring? {
        utf8.starts(with: prefix.utf8) ? Substring(utf8.dropFirst(prefix.utf8.count)) : nil
    }

    /// Takes `/Messages/` and a message's id from the end.
    /// - Returns: `nil` where the text ends otherwise; it is then as it was.
    fileprivate mutating func removeMessage() throws(PercentEncoding.DecodingError) -> MessageID? {
        guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")),
            let message = MessageID(try PercentEncoding.decode(self[utf8.index(after: slash)...]))
        else { return nil }
        var list = self[..<slash]
        guard list.removeSuffix("/Messages") else { return nil }
        self = list
        return message
    }

    /// `false` where the text ends otherwise.
    fileprivate mutating func removeSuffix(_ suffix: String) -> Bool {
        guard utf8.reversed().starts(with: suffix.utf8.reversed()) else { return false }
        self = Substring(utf8.dropLast(suffix.utf8.count))
        return true
    }
}
