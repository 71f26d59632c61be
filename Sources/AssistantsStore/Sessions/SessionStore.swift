/// Sessions, which come to be with their first messages. `Store` says what holds for every call.
package protocol SessionStore: Sendable {
    /// One page of an account's sessions, in order of creation. A session created during a walk may be missed by it, one
    /// created before it never.
    func sessions(
        of account: AccountSID,
        page: PageRequest<SessionCursor>
    ) async throws(StoreError) -> Page<Session, SessionCursor>

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
