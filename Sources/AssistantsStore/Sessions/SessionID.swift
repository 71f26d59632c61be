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

    /// For text that a store has already checked.
    package init(unchecked text: String) {
        self.text = text
    }
}
