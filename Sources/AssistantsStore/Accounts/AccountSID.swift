/// An account's id: `AC` and 32 hexadecimal digits of either case.
package struct AccountSID: Identifier {
    package let text: String

    /// `nil` where `text` is not of that form.
    package init?(_ text: String) {
        guard SIDText.isValid(text, prefix: "AC") else { return nil }
        self.text = text
    }

    package static func random() -> AccountSID {
        AccountSID(unchecked: SIDText.random(prefix: "AC"))
    }

    /// For text that a store has already checked.
    package init(unchecked text: String) {
        self.text = text
    }
}
