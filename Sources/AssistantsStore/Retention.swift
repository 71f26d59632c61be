/// How long `Store.collectGarbage` keeps what is no longer needed.
package struct Retention: Sendable {
    /// The responses to idempotent requests.
    package var idempotencyKeys = IdempotentRequest.lifetime

    package init() {}
}
