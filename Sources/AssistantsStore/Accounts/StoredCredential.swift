/// What a user name of Basic authentication stands for, and the digests of which its password must have one.
package struct StoredCredential: Equatable, Sendable {
    package let account: AccountSID
    /// The SHA-256 of a password's bytes: 32 bytes each. An account has two while it changes its auth token.
    package let digests: [[UInt8]]
    /// Whether who has it may change nothing.
    package let isReadOnly: Bool

    package init(account: AccountSID, digests: [[UInt8]], isReadOnly: Bool = false) {
        self.account = account
        self.digests = digests
        self.isReadOnly = isReadOnly
    }
}
