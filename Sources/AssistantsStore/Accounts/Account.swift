/// Whose sessions and messages these are; what credentials stand for.
package struct Account: Sendable {
    package let sid: AccountSID
    /// What people call it; may be empty.
    package let name: String
    package let dateCreated: Timestamp

    package init(sid: AccountSID, name: String, dateCreated: Timestamp) {
        self.sid = sid
        self.name = name
        self.dateCreated = dateCreated
    }
}

/// An account's id: `AC` and 32 hexadecimal digits of either case.
package struct AccountSID: Identifier {
    /// The form, in words.
    package static let form = "AC and 32 hexadecimal digits"

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

/// An auth token as it is stored: enough to verify one, and to read it back with the encryption key.
package struct StoredAuthToken: Sendable {
    /// The SHA-256 of the token's bytes: 32 bytes.
    package let digest: [UInt8]
    /// The token under AES-GCM: nonce, ciphertext and tag, with a key that lies outside of the database.
    package let sealed: [UInt8]

    package init(digest: [UInt8], sealed: [UInt8]) {
        self.digest = digest
        self.sealed = sealed
    }
}

/// What a user name of Basic authentication stands for, and the digests of which its password must have one.
package struct StoredCredential: Equatable, Sendable {
    package let account: AccountSID
    /// The SHA-256 of a password's bytes, 32 bytes each. An account has two while it changes its auth token: the primary one first.
    package let digests: [[UInt8]]
    /// Whether the credential allows reads only.
    package let isReadOnly: Bool

    package init(account: AccountSID, digests: [[UInt8]], isReadOnly: Bool = false) {
        self.account = account
        self.digests = digests
        self.isReadOnly = isReadOnly
    }
}
