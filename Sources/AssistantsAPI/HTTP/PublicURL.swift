import TextEncodings

/// The address that clients reach the server by, where it is configured: `https://transcripts.example.com/assistants`.
package struct PublicURL: Sendable {
    /// Without a slash at the end.
    package let text: String

    /// `nil` where `text` is not an `http` or `https` URL of host, optional port and optional path.
    package init?(_ text: String) {
        guard let scheme = ["http://", "https://"].first(where: { text.utf8.starts(with: $0.utf8) }) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let path = rest[slash...]
        guard Authority.isValid(String(rest[..<slash])), !path.contains("?"), !path.contains("//"),
            PercentEncoding.encodeForbidden(in: path) == path
        else { return nil }
        self.text = text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
