import AssistantsStore
import Synchronization

/// Credentials that were found a moment ago, so that a request does not cost a round trip more than what it is for.
///
/// One that another server revokes still works for the `lifetime`. What was not found is not kept: a new credential works at
/// once, and strangers fill nothing.
final class CredentialCache: Sendable {
    private struct Entry {
        let credential: StoredCredential
        let end: ContinuousClock.Instant
    }

    static let lifetime: Duration = .milliseconds(500)
    /// How many are kept before those whose time is over are removed.
    private static let capacity = 10_000

    private let entries = Mutex<[String: Entry]>([:])

    /// The credential of a user name, read where it was not read a moment ago.
    func credential(
        for userName: String,
        _ read: () async throws(StoreError) -> StoredCredential?
    ) async throws(StoreError) -> StoredCredential? {
        // The time before reading: what is revoked while it is read is forgotten in time, too.
        let now = ContinuousClock.now
        if let entry = entries.withLock({ $0[userName] }), entry.end > now { return entry.credential }
        guard let credential = try await read() else { return nil }
        entries.withLock { entries in
            if entries.count >= Self.capacity { entries = entries.filter { $0.value.end > now } }
            entries[userName] = Entry(credential: credential, end: now + Self.lifetime)
        }
        return credential
    }

    /// Forgets all, so that what this store revokes stops working now, but for a read that is under way.
    func removeAll() {
        entries.withLock { $0.removeAll() }
    }
}
