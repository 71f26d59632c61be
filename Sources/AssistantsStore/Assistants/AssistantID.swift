/// An assistant's id: `aia_asst_` and at least one more character.
package struct AssistantID: PrefixedIdentifier {
    package static let prefix = "aia_asst_"

    package let text: String

    package init(unchecked text: String) {
        self.text = text
    }
}
