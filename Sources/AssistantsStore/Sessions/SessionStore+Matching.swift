extension SessionStore {
    /// Reads a page of the sessions that match the request's filter. Reads slices until one has a match or the `ScanBudget` is spent;
    /// only then can a page be empty and still have a neighbor in the direction of reading.
    ///
    /// In the opposite direction there is a neighbor if a slice there has a match or does not reach the end.
    /// - Throws: `unavailable` if the task is cancelled.
    package func matchingSessions<Cursor: SessionCursor>(
        _ request: SessionPageRequest<Cursor>
    ) async throws(StoreError) -> Page<ListedSession, Cursor> {
        let first = try await sessions(request)
        let isBackward = request.page.isReadBackward
        var progress = ScanProgress(request.page.scan)
        var request = request
        request.isContinued = true
        var last = first
        while last.items.isEmpty, last.isUnfinished, let far = last.neighbors.neighbor(isPrevious: isBackward) {
            progress.addSlice()
            guard progress.hasItemsLeft(), progress.hasTimeLeft() else { break }
            if Task.isCancelled { throw .unavailable(CancellationError()) }
            request.page.anchor = isBackward ? .before(far) : .after(far)
            last = try await sessions(request)
        }
        let near = first.neighbors.neighbor(isPrevious: !isBackward)
        let far = last.neighbors.neighbor(isPrevious: isBackward)
        return Page(
            items: last.items,
            neighbors: PageNeighbors(previous: isBackward ? far : near, next: isBackward ? near : far),
            isUnfinished: last.isUnfinished
        )
    }
}
