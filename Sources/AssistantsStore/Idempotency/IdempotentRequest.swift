/// A request that is carried out once, however often it comes: its caller gave it a key.
package struct IdempotentRequest: Sendable {
    /// How long an answer is kept, in microseconds: 24 hours.
    package static let lifetime: Int64 = 24 * 3_600 * 1_000_000

    /// Unique within its account: 1 to 255 characters.
    package let key: String
    /// The SHA-256 of all that is asked for: 32 bytes. The same key with another digest is a mistake of the caller's.
    package let digest: [UInt8]
    package let date: Timestamp

    package init(key: String, digest: [UInt8], date: Timestamp = .now) {
        self.key = key
        self.digest = digest
        self.date = date
    }
}
