extension SessionStore {
    /// Reads a page of the sessions that match the request's filter. Reads slices until one has a match or the `ScanBudget` is spent;
    /// only then can a page be empty and still have a neighbor in the direction of reading.
    ///
    /// In the opposite direction there is a neighbor if a slice there has a match or does not reach the end.
    /// - Throws: `unavailable` if the task is cancelled.
    package func matchingSessions<Cursor: SessionCursor>(
        _ request: SessionPageRequest<Cursor>
    ) async throws(StoreError) -> Page<ListedSession, Cursor> {
        try await request.page.matches { (page, isContinued) throws(StoreError) in
            var slice = request
            (slice.page, slice.isContinued) = (page, isContinued)
            return try await sessions(slice)
        }
    }
}
