/// Where accounts, sessions and messages are kept. Every store keeps these promises, and `StoreConformance` checks them:
///
/// - Walking forward from the first page while others write, each message that was there at the start comes exactly
///   once, in order; new ones come at the end; deletes shift nothing.
/// - What a call has returned for survives a killed process.
/// - A reader sees what it wrote.
/// - One account never sees another's rows, whatever id, name or cursor it brings.
///
/// Leases, due times, and expiry follow the store's clock, the same for every server that uses the database. The dates that
/// callers give are only stored and shown: nothing waits for them.
///
/// Names and ids compare as bytes. No call blocks the thread that it is made on for longer than a page takes to be read.
package protocol Store: MessageStore, SessionStore, AccountRowStore, TurnStore, CallbackStore, AccountStore {
    /// The 32 random bytes that page tokens are authenticated with: the same for every server on this database, and kept
    /// with it.
    func pageTokenKey() async throws(StoreError) -> [UInt8]

    /// The size of the database in bytes, without a log of writes. On Citus, the coordinator's part.
    func databaseSize() async throws(StoreError) -> Int

    /// Removes what nobody can reach any more, old idempotency keys, and callbacks that were given up long ago, in short
    /// transactions, so that others can write meanwhile. To be called from time to time.
    func collectGarbage(keeping retention: Retention) async throws(StoreError)

    /// Brings a search index up to date with what was stored before there was one, and overwrites the words that were removed from it, in
    /// short transactions. To be called from time to time.
    func maintainSearchIndex() async throws(StoreError)

    /// Creates a search index, unless there is one. `maintainSearchIndex` builds it.
    /// - Throws: `StoreError`, or an error that says what to do first.
    func createSearchIndex() async throws

    /// Deletes the search index, if there is one. Searches compare all texts from then on.
    func deleteSearchIndex() async throws(StoreError)

    /// Replaces the search index, or creates one.
    /// - Throws: what `createSearchIndex` throws.
    func rebuildSearchIndex() async throws

    /// Whether there is a search index, and how much of it is built: in words that continue "Search index:".
    func searchIndexStatus() async throws(StoreError) -> String
}

extension Store {
    package func collectGarbage() async throws(StoreError) {
        try await collectGarbage(keeping: Retention())
    }
}

/// How long `Store.collectGarbage` keeps what is no longer needed.
package struct Retention: Sendable {
    /// The responses to idempotent requests.
    package var idempotencyKeys = IdempotentRequest.lifetime
    /// Callbacks that were given up, since they were created or resent: 30 days.
    package var failedCallbacks = Duration.seconds(30 * 24 * 3_600)

    package init() {}
}
