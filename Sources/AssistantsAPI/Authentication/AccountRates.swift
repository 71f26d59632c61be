import AssistantsStore
import Synchronization

/// Bounds how many requests an account makes in a second, whatever its credentials, by a bucket of tokens for each: one that is
/// full has those of a second, and each request takes one.
final class AccountRates: Sendable {
    private struct Bucket {
        var tokens: Double
        var since: ContinuousClock.Instant
    }

    /// How many accounts are remembered before those with a full bucket are forgotten.
    private static let capacity = 10_000

    /// Per second.
    private let rate: Double
    private let buckets = Mutex<[AccountSID: Bucket]>([:])

    /// - Parameter rate: requests per second.
    init(rate: Int) {
        self.rate = Double(rate)
    }

    /// Counts a request, and returns how long to wait where it is one too many; that is not counted.
    func wait(of account: AccountSID, at now: ContinuousClock.Instant) -> Duration? {
        buckets.withLock { buckets in
            if buckets.count >= Self.capacity, buckets[account] == nil {
                buckets = buckets.filter { tokens(of: $0.value, at: now) < rate }
            }
            var bucket = buckets[account] ?? Bucket(tokens: rate, since: now)
            bucket = Bucket(tokens: tokens(of: bucket, at: now), since: now)
            defer { buckets[account] = bucket }
            guard bucket.tokens >= 1 else { return .seconds((1 - bucket.tokens) / rate) }
            bucket.tokens -= 1
            return nil
        }
    }

    private func tokens(of bucket: Bucket, at now: ContinuousClock.Instant) -> Double {
        min(rate, bucket.tokens + (now - bucket.since) / .seconds(1) * rate)
    }
}
