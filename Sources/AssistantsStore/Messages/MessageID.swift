/// A message's id, unique within its session: `aia_msg_` and at least one more character.
package struct MessageID: PrefixedIdentifier {
    package static let prefix = "aia_msg_"

    package let text: String

    package init(unchecked text: String) {
        self.text = text
    }
}
