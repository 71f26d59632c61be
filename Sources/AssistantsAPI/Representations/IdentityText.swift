/// The form of an identity: a trait, a colon and a value, like `user_id:alice`.
enum IdentityText {
    static let allowed = "a trait, a colon and a value, like user_id:alice, of \(maximumLength) bytes at most"

    private static let maximumLength = 1_024

    /// `nil` where `text` is not of that form.
    static func checked(_ text: String) -> String? {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        let isWhole = parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
        return isWhole && text.utf8.count <= maximumLength ? text : nil
    }
}
