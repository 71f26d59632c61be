import Crypto
import Synchronization

/// Credentials that were found right a moment ago, so that requests that follow each other do not look them up each time.
///
/// One that is revoked, by whichever process, still works for the `lifetime`. What was wrong is not kept: a new credential
/// works at once, and strangers fill nothing.
final class VerifiedCredentials: Sendable {
    /// Of an `Authorization` header, which is not to lie about in memory.
    typealias Digest = SHA256Digest

    private struct Entry {
        let caller: Caller
        let end: ContinuousClock.Instant
    }

    static let lifetime: Duration = .milliseconds(500)
    /// How many are kept before those whose time is over are removed.
    private static let capacity = 10_000

    private let entries = Mutex<[Digest: Entry]>([:])

    func caller(for credentials: Digest, at now: ContinuousClock.Instant) -> Caller? {
        guard let entry = entries.withLock({ $0[credentials] }), entry.end > now else { return nil }
        return entry.caller
    }

    /// - Parameter start: when looking them up began: what is revoked meanwhile is forgotten in time, too.
    func keep(_ caller: Caller, for credentials: Digest, since start: ContinuousClock.Instant) {
        entries.withLock { entries in
            if entries.count >= Self.capacity { entries = entries.filter { $0.value.end > start } }
            entries[credentials] = Entry(caller: caller, end: start + Self.lifetime)
        }
    }
}
