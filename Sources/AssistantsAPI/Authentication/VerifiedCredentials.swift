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
    /// How many are kept before those whose time is over are removed, once a second.
    static let capacity = 10_000

    private struct State {
        var entries: [Digest: Entry] = [:]
        var sweep = SweepTimer()
    }

    private let state = Mutex(State())

    /// How many are kept, those whose time is over among them.
    var count: Int { state.withLock(\.entries.count) }

    func caller(for credentials: Digest, at now: ContinuousClock.Instant) -> Caller? {
        guard let entry = state.withLock({ $0.entries[credentials] }), entry.end > now else { return nil }
        return entry.caller
    }

    /// - Parameter start: when looking them up began: what is revoked meanwhile is forgotten in time, too.
    func keep(_ caller: Caller, for credentials: Digest, since start: ContinuousClock.Instant) {
        state.withLock { state in
            if state.entries.count >= Self.capacity, state.sweep.isDue(at: start) {
                state.entries = state.entries.filter { $0.value.end > start }
            }
            state.entries[credentials] = Entry(caller: caller, end: start + Self.lifetime)
        }
    }
}
