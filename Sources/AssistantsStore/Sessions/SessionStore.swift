/// Sessions, which come to be with their first messages. `Store` says what holds for every call.
package protocol SessionStore: Sendable {
    /// Reads one page of an account's sessions from one state of the database. By creation, a walk may miss a session that is
    /// created meanwhile; by activity, one that is active meanwhile, or meet it twice. It meets every other once.
    ///
    /// With a filter that the order's index cannot answer, the page also ends where a slice ends, even if it is not full or is empty.
    /// `matchingSessions` puts pages together from slices.
    func sessions<Cursor: SessionCursor>(
        _ request: SessionPageRequest<Cursor>
    ) async throws(StoreError) -> Page<ListedSession, Cursor>

    /// Checks that every session's last activity and number of messages are known: servers of an earlier version do not keep them.
    /// - Throws: `migrationUnfinished`.
    func requireActivity() async throws(StoreError)

    /// Up to `limit` of an account's sessions behind an id, in the order of their ids' bytes: the same in every store that has
    /// the same sessions. A session created during a walk may be missed by it, one created before it never.
    /// - Parameter id: of a session that may be gone; `nil` begins with the first.
    func sessions(of account: AccountSID, after id: SessionID?, limit: Int) async throws(StoreError) -> [Session]

    /// - Throws: `notFound(.session)`.
    func session(_ session: SessionReference, in account: AccountSID) async throws(StoreError) -> Session

    /// Deletes a session with its messages. Of a long one, the messages are out of reach at once and removed by
    /// `collectGarbage`.
    /// - Throws: `notFound(.session)`.
    func delete(_ session: SessionReference, in account: AccountSID) async throws(StoreError)
}
