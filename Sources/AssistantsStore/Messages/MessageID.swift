/// A message's id, unique within its session: `aia_msg_` and at least one more character.
package struct MessageID: Identifier {
    package static let prefix = "aia_msg_"

    package let text: String

    /// `nil` where `text` is not of that form, or longer than 255 bytes.
    package init?(_ text: String) {
        guard IdentifierText.isValid(text, prefix: Self.prefix) else { return nil }
        self.text = text
    }

    /// An id that no other message has.
    package static func unique(at time: Timestamp = .now) -> MessageID {
        MessageID(unchecked: "\(prefix)\(UUIDv7(at: time))")
    }

    /// For text that a store has already checked.
    package init(unchecked text: String) {
        self.text = text
    }
}
