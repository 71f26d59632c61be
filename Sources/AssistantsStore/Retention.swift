/// How long `Store.collectGarbage` keeps what is no longer needed.
package struct Retention: Sendable {
    /// The responses to idempotent requests.
    package var idempotencyKeys = IdempotentRequest.lifetime
    /// Callbacks that were given up, since they were created or resent: 30 days.
    package var failedCallbacks = Duration.seconds(30 * 24 * 3_600)

    package init() {}
}
