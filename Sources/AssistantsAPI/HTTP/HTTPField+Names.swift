import HTTPTypes

extension HTTPField.Name {
    /// Carries the `RequestID`.
    static let twilioRequestID = literal("Twilio-Request-Id")
    static let idempotencyKey = literal("Idempotency-Key")
    /// Says that an answer is that of an earlier request with the same `Idempotency-Key`.
    static let idempotentReplayed = literal("Idempotent-Replayed")
    static let host = literal("Host")
    static let forwardedProto = literal("X-Forwarded-Proto")
    static let forwardedHost = literal("X-Forwarded-Host")
    static let forwardedFor = literal("X-Forwarded-For")

    /// For names written in the program, which are known to be well-formed.
    private static func literal(_ name: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name("\(name)") else { preconditionFailure("\(name) is no header name") }
        return name
    }
}
