/// What came of an attempt to deliver a callback.
package enum CallbackAttempt: Sendable {
    case delivered
    /// It is tried again after the delay.
    case failed(error: String, delay: Duration)
    /// It is not tried again unless somebody says so.
    case givenUp(error: String)
}
