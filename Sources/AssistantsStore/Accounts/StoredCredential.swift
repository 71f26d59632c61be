/// What a user name of Basic authentication stands for, and the digest that its password must have.
package struct StoredCredential: Equatable, Sendable {
    package let account: AccountSID
    /// The SHA-256 of the password's bytes: 32 bytes.
    package let digest: [UInt8]

    package init(account: AccountSID, digest: [UInt8]) {
        self.account = account
        self.digest = digest
    }
}
