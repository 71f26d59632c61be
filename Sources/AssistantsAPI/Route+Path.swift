import AssistantsStore
import TextEncodings

extension Route {
    /// The path of a URL that leads here, in the least encoding: `Route(path:)` reads it back to this place.
    ///
    /// Clients take the URLs of a page apart, normalize them, and put them together again; Java's SDK percent-encodes their
    /// paths once more. So nothing is encoded that a path may hold, and a slash only where it could be read otherwise.
    var path: String {
        switch self {
        case .health, .readiness, .openAPI, .assistants, .sessions: template
        case .assistant(let id): "/v1/Assistants/\(Self.segment(id.text[...]))"
        case .send(let id): "/v1/Assistants/\(Self.segment(id.text[...]))/Messages"
        case .session(let session): Self.path(of: session)
        case .messages(let session): Self.path(of: session, "/Messages")
        case .message(let id, let session): Self.path(of: session, "/Messages/\(Self.segment(id.text[...]))")
        }
    }

    private static func path(of session: SessionReference, _ rest: String = "") -> String {
        let name = segments(session.name ?? "")
        var path = ""
        path.reserveCapacity("/v1/Sessions/".utf8.count + name.utf8.count + rest.utf8.count)
        path += "/v1/Sessions/"
        path += name
        path += rest
        return path
    }

    /// A text as one segment of a path.
    private static func segment(_ text: Substring) -> String {
        PercentEncoding.encode(text, leaving: PercentEncoding.isAllowedInSegment)
    }

    /// A session's name as the segments that its slashes make of it.
    private static func segments(_ name: String) -> String {
        // RFC 3986, section 5.2.4: clients remove such a segment. There is no way to keep every one of them from that.
        if isDotSegment(name[...]) { return name.replacing(".", with: "%2E") }
        guard name.utf8.contains(UInt8(ascii: "/")) else { return segment(name[...]) }
        var path = ""
        var isLastPlain = true
        // By bytes: where a mark of Unicode follows a slash, both are one character.
        let segments = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (index, segment) in segments.map(Substring.init).enumerated() {
            let isPlain = isPlain(segment)
            if index > 0 { path += isPlain && isLastPlain ? "/" : "%2F" }
            path += Self.segment(segment)
            isLastPlain = isPlain
        }
        return path
    }

    /// Whether a segment may stand between raw slashes: clients and proxies remove an empty one and those of dots, and
    /// `Messages` would be taken for the list.
    private static func isPlain(_ segment: Substring) -> Bool {
        !segment.isEmpty && !isDotSegment(segment) && segment != "Messages"
    }

    private static func isDotSegment(_ segment: Substring) -> Bool {
        segment == "." || segment == ".."
    }
}
