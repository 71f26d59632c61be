package import AssistantsStore

extension Store {
    /// One page of all of an account's sessions, in the order of creation.
    package func sessions(
        of account: AccountSID,
        page: PageRequest<SessionCreationCursor>
    ) async throws(StoreError) -> Page<ListedSession, SessionCreationCursor> {
        try await sessions(SessionPageRequest(of: account, page: page))
    }
}
