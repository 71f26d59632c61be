/// An assistant's id: `aia_asst_` and at least one more character.
package struct AssistantID: Identifier {
    package static let prefix = "aia_asst_"

    package let text: String

    /// `nil` where `text` is not of that form, or longer than 255 bytes.
    package init?(_ text: String) {
        guard IdentifierText.isValid(text, prefix: Self.prefix) else { return nil }
        self.text = text
    }

    /// An id that no other assistant has.
    package static func unique(at time: Timestamp = .now) -> AssistantID {
        AssistantID(unchecked: "\(prefix)\(UUIDv7(at: time))")
    }

    /// For text that a store has already checked.
    package init(unchecked text: String) {
        self.text = text
    }
}
