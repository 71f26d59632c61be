/// The form of ids like `aia_msg_019321b2-d23f-7b89-9af1-38e569eec609`: a prefix and whatever follows it.
enum IdentifierText {
    /// In bytes.
    static let maximumLength = 255

    static func isValid(_ text: String, prefix: String) -> Bool {
        text.utf8.starts(with: prefix.utf8)
            && (prefix.utf8.count + 1...maximumLength).contains(text.utf8.count)
            && !text.utf8.contains(0)
    }
}
