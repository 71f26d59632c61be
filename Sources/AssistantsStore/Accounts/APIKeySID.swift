/// An API key's id: `SK` and 32 hexadecimal digits of either case.
package struct APIKeySID: Identifier {
    package let text: String

    /// `nil` where `text` is not of that form.
    package init?(_ text: String) {
        guard SIDText.isValid(text, prefix: "SK") else { return nil }
        self.text = text
    }

    package static func random() -> APIKeySID {
        APIKeySID(unchecked: SIDText.random(prefix: "SK"))
    }

    /// For text that a store has already checked.
    package init(unchecked text: String) {
        self.text = text
    }
}
