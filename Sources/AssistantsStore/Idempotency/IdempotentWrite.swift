/// Has a write done once: the store keeps the request's key and its answer in the transaction of the write itself, so that
/// there is never one without the other.
package struct IdempotentWrite<Value: Sendable>: Sendable {
    package let request: IdempotentRequest
    /// Makes the answer of what was written; `nil` where the answer comes later.
    package let answer: @Sendable (Value) -> StoredAnswer?

    package init(_ request: IdempotentRequest, answer: @escaping @Sendable (Value) -> StoredAnswer?) {
        self.request = request
        self.answer = answer
    }
}

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

/// What came of a write that is done once.
package enum IdempotentResult<Value: Sendable>: Sendable {
    /// It was done now.
    case done(Value)
    /// It had been done before, with this answer.
    case replayed(StoredAnswer)
}

/// The answer to an idempotent request, kept to be given again.
package struct StoredAnswer: Equatable, Sendable {
    /// Of HTTP.
    package let status: Int
    package let body: [UInt8]

    package init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}
