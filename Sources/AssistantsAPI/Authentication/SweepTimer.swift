/// Says when entries that are over may be looked for again. That looks at all of them under their lock, so a crowd must not
/// cause it with every request.
struct SweepTimer {
    private static let interval = Duration.seconds(1)
    private var last: ContinuousClock.Instant?

    /// Whether it is time to look; then it is not for another second.
    mutating func isDue(at now: ContinuousClock.Instant) -> Bool {
        if let last, now < last + Self.interval { return false }
        last = now
        return true
    }
}
