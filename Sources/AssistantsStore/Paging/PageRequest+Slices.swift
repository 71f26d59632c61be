extension PageRequest {
    /// Puts a page together from slices, the last of which is the one that has a match, or with which the `ScanBudget` is spent.
    /// - Parameter slice: reads a slice as a page; it is told whether an earlier one has told what lies on the near side of the anchor.
    /// - Throws: `unavailable` if the task is cancelled, and what `slice` throws.
    func matches<Item>(
        _ slice: (_ page: PageRequest, _ isContinued: Bool) async throws(StoreError) -> Page<Item, Cursor>
    ) async throws(StoreError) -> Page<Item, Cursor> {
        let first = try await slice(self, false)
        var progress = ScanProgress(scan)
        var request = self
        var last = first
        while last.items.isEmpty, last.isUnfinished, let far = last.neighbors.neighbor(isPrevious: isReadBackward) {
            progress.addSlice()
            guard progress.hasItemsLeft(), progress.hasTimeLeft() else { break }
            if Task.isCancelled { throw .unavailable(CancellationError()) }
            request.anchor = isReadBackward ? .before(far) : .after(far)
            last = try await slice(request, true)
        }
        let near = first.neighbors.neighbor(isPrevious: !isReadBackward)
        let far = last.neighbors.neighbor(isPrevious: isReadBackward)
        return Page(
            items: last.items,
            neighbors: PageNeighbors(previous: isReadBackward ? far : near, next: isReadBackward ? near : far),
            isUnfinished: last.isUnfinished
        )
    }
}
