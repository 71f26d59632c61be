/// How callbacks are delivered.
package struct CallbackOptions: Sendable {
    package var addresses = CallbackAddresses(allowsPrivate: false)
    /// How long a callback is tried before it is given up, in seconds.
    package var retryTime = 24 * 3_600

    /// How long one attempt may take, in seconds.
    let attemptTime = 15
    /// How many are delivered at once.
    let maximumRunning = 32

    package init() {}
}
