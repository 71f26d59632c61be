/// A session's id, unique within its account: any text of 1 to 1,024 bytes without a NUL.
///
/// It is the session's name, behind a prefix that says which way the session came, if any did:
/// `webhook:conversations__IS1/CH2`, `voice:CA1`, or just `conversations__IS1/CH2`.
package struct SessionID: Identifier {
    /// In the order in which a name that could mean two sessions is taken.
    package static let prefixes = ["webhook:", "voice:"]
    /// In bytes.
    package static let maximumLength = 1_024

    package let text: String

    /// `nil` where `text` is empty, too long, or holds a NUL.
    package init?(_ text: String) {
        guard (1...Self.maximumLength).contains(text.utf8.count), !text.utf8.contains(0) else { return nil }
        self.text = text
    }

    /// Whether a name begins with one of the prefixes, and so is an id.
    static func hasPrefix(_ name: String) -> Bool {
        prefixes.contains { name.utf8.starts(with: $0.utf8) }
    }

    /// The text of the id of a session of this name whose replies go to a webhook.
    package static func webhook(_ name: String) -> String {
        hasPrefix(name) ? name : prefixes[0] + name
    }

    /// For text that a store has already checked.
    package init(unchecked text: String) {
        self.text = text
    }
}
