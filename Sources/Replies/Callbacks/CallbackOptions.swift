/// How callbacks are delivered.
package struct CallbackOptions: Sendable {
    package var addresses = CallbackAddresses(allowsPrivate: false)
    /// How long a callback is tried before it is given up, in seconds.
    package var retryTime = 24 * 3_600

    /// How long one attempt may take, in seconds.
    package var attemptTime = 15
    /// The delay before the first retry, in seconds; it doubles from retry to retry.
    package var firstDelay = 5.0
    /// The longest delay, in seconds.
    package var maximumDelay = 3_600.0
    /// How many are delivered at once.
    let maximumRunning = 32

    package init() {}

    /// The delay before the retry that follows an attempt, in seconds. It varies by a fifth, so that callbacks that failed
    /// together do not come together.
    /// - Parameter attempt: the first is 1.
    func delay(afterAttempt attempt: Int) -> Double {
        let doublings = Double(sign: .plus, exponent: min(max(attempt - 1, 0), 30), significand: 1)
        return min(firstDelay * doublings, maximumDelay) * Double.random(in: 0.8...1.2)
    }
}
