/// How callbacks are delivered.
package struct CallbackOptions: Sendable {
    package var addresses = CallbackAddresses(allowsPrivate: false)
    /// How long a callback is tried before it is given up.
    package var retryTime = Duration.seconds(24 * 3_600)

    /// How long one attempt may take.
    package var attemptTime = Duration.seconds(15)
    /// The delay before the first retry; it doubles from retry to retry.
    package var firstDelay = Duration.seconds(5)
    /// The longest delay.
    package var maximumDelay = Duration.seconds(3_600)
    /// How many are delivered at once.
    let maximumRunning = 32

    package init() {}

    /// The delay before the retry that follows an attempt. It varies by a fifth, so that callbacks that failed
    /// together do not come together.
    /// - Parameter attempt: the first is 1.
    func delay(afterAttempt attempt: Int) -> Duration {
        let doublings = min(max(attempt - 1, 0), 30)
        return min(firstDelay * (1 << doublings), maximumDelay) * Double.random(in: 0.8...1.2)
    }
}
