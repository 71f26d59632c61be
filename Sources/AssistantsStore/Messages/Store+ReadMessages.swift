extension Store {
    /// Reads one page of a session's messages, whatever is known of it.
    package func readMessages(
        of session: SessionReference,
        in account: AccountSID,
        page: PageRequest<MessageCursor>,
        _ body: (borrowing MessageRow) -> Void
    ) async throws(StoreError) -> PageNeighbors<MessageCursor> {
        switch try await readMessages(of: session, in: account, page: page, unless: nil, body) {
        case .read(let neighbors, _): return neighbors
        case .unchanged: preconditionFailure("no version was given that it could be")
        }
    }
}
