extension PageRequest where Cursor: KeysetCursor {
    /// The page and its neighbours, of what a store reads. One item more than the page holds is asked for, to know whether
    /// another follows.
    /// - Parameter read: gives the items nearest to a cursor with their own cursors, nearest first, until there are no more, there
    ///   were `limit` of them, or it is told that it was enough. All that it gives must be of one state of the database.
    package func page<Item: PageItem>(
        _ read: (
            _ direction: KeysetDirection, _ cursor: Cursor, _ limit: Int, _ wantsMore: (Item, Cursor) -> Bool
        ) throws -> Void
    ) rethrows -> Page<Item, Cursor> {
        let start = anchor.cursor ?? (direction == .after ? .beginning : .end)
        var items: [Item] = []
        var nearest: Cursor?
        var farthest: Cursor?
        var hasMore = false
        var room = PageRoom(budget)
        try read(direction, start, size + 1) { item, cursor in
            hasMore = items.count == size || !room.takes(item.pageLength)
            guard !hasMore else { return false }
            items.append(item)
            if nearest == nil { nearest = cursor }
            farthest = cursor
            return true
        }
        let far = hasMore ? farthest : nil
        var near: Cursor?
        if anchor.cursor != nil {
            let edge = nearest ?? start.moved(by: direction == .after ? 1 : -1)
            try read(direction.opposite, edge, 1) { _, _ in
                near = edge
                return false
            }
        }
        return Page(items: isReadBackward ? items.reversed() : items, neighbors: neighbors(near: near, far: far))
    }
}
