/// A pair of user name and secret that stands for an account and can be revoked by itself.
package struct APIKey: Sendable {
    package let sid: APIKeySID
    package let account: AccountSID
    /// What people call it; may be empty.
    package let name: String
    /// Whether it changes nothing.
    package let isReadOnly: Bool
    package let dateCreated: Timestamp

    package init(
        sid: APIKeySID,
        account: AccountSID,
        name: String,
        isReadOnly: Bool = false,
        dateCreated: Timestamp
    ) {
        self.sid = sid
        self.account = account
        self.name = name
        self.isReadOnly = isReadOnly
        self.dateCreated = dateCreated
    }
}

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
