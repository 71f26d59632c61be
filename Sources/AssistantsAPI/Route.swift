import AssistantsStore

/// A place in the URL space:
///
/// | path | place |
/// |---|---|
/// | `/health` | `health` |
/// | `/v1/Sessions` | `sessions` |
/// | `/v1/Sessions/{session}` | `session` |
/// | `/v1/Sessions/{session}/Messages` | `messages` |
/// | `/v1/Sessions/{session}/Messages/aia_msg_…` | one message: there is nothing to do with one yet |
///
/// SDKs put session names into paths as they are, and real names hold slashes. So the session's part is found on the raw
/// bytes: a final `/Messages` makes it a list, all before is the session; a name that itself ends so can be reached with
/// its slash as `%2F`. One slash at the end is ignored, none are collapsed, and the part is decoded once. Hummingbird's
/// router does none of this: it drops empty components, and its `**` does not backtrack.
enum Route {
    case health
    case sessions
    case session(SessionReference)
    case messages(of: SessionReference)

    /// - Returns: `nil` where there is no such place.
    init?(path: Substring) throws(PercentEncoding.DecodingError) {
        // A path is well-formed as a whole or not at all, wherever it leads.
        _ = try PercentEncoding.decode(path)
        let path = path.utf8.last == UInt8(ascii: "/") ? Substring(path.utf8.dropLast()) : path
        switch path {
        case "/health": self = .health
        case "/v1/Sessions": self = .sessions
        default:
            guard var session = path.afterPrefix("/v1/Sessions/") else { return nil }
            if session.isMessage { return nil }
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

    /// Whether the text ends with `/Messages/` and a message's id.
    fileprivate var isMessage: Bool {
        guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return false }
        var list = self[..<slash]
        return MessageID(String(self[utf8.index(after: slash)...])) != nil && list.removeSuffix("/Messages")
    }

    /// `false` where the text ends otherwise.
    fileprivate mutating func removeSuffix(_ suffix: String) -> Bool {
        guard utf8.reversed().starts(with: suffix.utf8.reversed()) else { return false }
        self = Substring(utf8.dropLast(suffix.utf8.count))
        return true
    }
}
