import AssistantsStore
import Synchronization

/// Bounds how many requests an account makes in a second, whatever its credentials, by a bucket of tokens for each: one that is
/// full has those of a second, and each request takes one.
final class AccountRates: Sendable {
    private struct Bucket {
        var tokens: Double
        var since: ContinuousClock.Instant
    }

    private struct State {
        var buckets: [AccountSID: Bucket] = [:]
        var sweep = SweepTimer()
    }

    /// How many accounts are remembered before those with a full bucket are forgotten, once a second.
    static let capacity = 10_000

    /// Per second.
    private let rate: Double
    private let state = Mutex(State())

    /// - Parameter rate: requests per second.
    init(rate: Int) {
        self.rate = Double(rate)
    }

    /// How many accounts are remembered.
    var count: Int { state.withLock(\.buckets.count) }

    /// Counts a request, and returns how long to wait where it is one too many; that is not counted.
    func wait(of account: AccountSID, at now: ContinuousClock.Instant) -> Duration? {
        state.withLock { state in
            if state.buckets.count >= Self.capacity, state.buckets[account] == nil, state.sweep.isDue(at: now) {
                state.buckets = state.buckets.filter { tokens(of: $0.value, at: now) < rate }
            }
            var bucket = state.buckets[account] ?? Bucket(tokens: rate, since: now)
            bucket = Bucket(tokens: tokens(of: bucket, at: now), since: now)
            defer { state.buckets[account] = bucket }
            guard bucket.tokens >= 1 else { return .seconds((1 - bucket.tokens) / rate) }
            bucket.tokens -= 1
            return nil
        }
    }

    private func tokens(of bucket: Bucket, at now: ContinuousClock.Instant) -> Double {
        min(rate, bucket.tokens + (now - bucket.since) / .seconds(1) * rate)
    }
}
