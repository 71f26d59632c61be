/// An auth token as a store keeps it: enough to verify one, and, for who has the key, to read it back.
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
