/// A request that is carried out once, however often it comes: its caller gave it a key.
package struct IdempotentRequest: Sendable {
    /// How long an answer is kept: 24 hours.
    package static let lifetime = Duration.seconds(24 * 3_600)

    /// Unique within its account: 1 to 255 characters.
    package let key: String
    /// The SHA-256 of all that is asked for: 32 bytes. The same key with another digest is a mistake of the caller's.
    package let digest: [UInt8]
    /// The age, by the store's clock, from which an earlier request with this key no longer counts.
    package let lifetime: Duration

    package init(key: String, digest: [UInt8], lifetime: Duration = Self.lifetime) {
        self.key = key
        self.digest = digest
        self.lifetime = lifetime
    }
}
