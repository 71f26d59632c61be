/// What came of an attempt to deliver a callback.
package enum CallbackAttempt: Sendable {
    case delivered
    case failed(error: String, retry: Timestamp)
    /// It is not tried again unless somebody says so.
    case givenUp(error: String)
}
