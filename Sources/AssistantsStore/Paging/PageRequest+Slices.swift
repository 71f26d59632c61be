extension PageRequest {
    /// Puts a page together from slices, the last of which is the one that has a match, or fills the page, or with which the `ScanBudget` is
    /// spent.
    /// - Parameter slice: reads a slice as a page; it is told whether an earlier one has told what lies on the near side of the anchor.
    /// - Throws: `unavailable` if the task is cancelled, and what `slice` throws.
    func matches<Item: PageItem>(
        _ slice: (_ page: PageRequest, _ isContinued: Bool) async throws(StoreError) -> Page<Item, Cursor>
    ) async throws(StoreError) -> Page<Item, Cursor> {
        let first = try await slice(self, false)
        var progress = ScanProgress(scan)
        var last = first
        var items = first.items
        while last.isUnfinished, let far = last.neighbors.neighbor(isPrevious: isReadBackward) {
            progress.addSlice()
            guard let rest = rest(behind: items, far), progress.hasItemsLeft(), progress.hasTimeLeft() else { break }
            if Task.isCancelled { throw .unavailable(CancellationError()) }
            last = try await slice(rest, true)
            items = isReadBackward ? last.items + items : items + last.items
        }
        let near = first.neighbors.neighbor(isPrevious: !isReadBackward)
        let far = last.neighbors.neighbor(isPrevious: isReadBackward)
        return Page(
            items: items,
            neighbors: PageNeighbors(previous: isReadBackward ? far : near, next: isReadBackward ? near : far),
            isUnfinished: last.isUnfinished
        )
    }

    /// Whether another slice is read behind one that had a match. A slice's first item is taken whatever its length, so that this is left room.
    /// - Parameter count: how many items the page has.
    func isToBeFilled(_ count: Int, bytesLeft: Int) -> Bool {
        scan.fillsPage && count < size && bytesLeft > budget.bytes / 2
    }

    /// What is still to be read of a page.
    /// - Parameters:
    ///   - items: what it has.
    ///   - cursor: up to which it has been examined.
    /// - Returns: `nil` if it has enough.
    private func rest(behind items: [some PageItem], _ cursor: Cursor) -> PageRequest? {
        let bytes = items.reduce(budget.bytes) { $0 - $1.pageLength - budget.overhead }
        guard items.isEmpty || isToBeFilled(items.count, bytesLeft: bytes) else { return nil }
        return PageRequest(
            isReadBackward ? .before(cursor) : .after(cursor),
            in: order,
            size: size - items.count,
            budget: PageBudget(bytes: bytes, overhead: budget.overhead),
            scan: scan
        )
    }
}
