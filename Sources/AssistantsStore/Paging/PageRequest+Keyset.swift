extension PageRequest where Cursor: KeysetCursor {
    /// The page and its neighbours, of what a store reads. One item more than the page holds is asked for, to know whether
    /// another follows.
    /// - Parameters:
    ///   - bounds: what the list has lies between them.
    ///   - isContinued: whether it is known already what lies on the near side of the anchor.
    ///   - read: gives the items between two cursors with their own cursors, nearest first, until there are no more, there were
    ///     `limit` of them, or it is told that it was enough. All that it gives must be of one state of the database. Where it ends
    ///     because it has examined as much as it may, it returns the last cursor that was examined.
    package func page<Item: PageItem>(
        within bounds: KeysetBounds<Cursor> = KeysetBounds(),
        isContinued: Bool = false,
        _ read: (
            _ direction: KeysetDirection, _ bounds: KeysetBounds<Cursor>, _ limit: Int,
            _ wantsMore: (Item, Cursor) -> Bool
        ) throws -> Cursor?
    ) rethrows -> Page<Item, Cursor> {
        var items: [Item] = []
        var nearest: Cursor?
        var farthest: Cursor?
        var hasMore = false
        var room = PageRoom(budget)
        let part = anchor.cursor.map { bounds.part(direction, $0) } ?? bounds
        let sliceEnd = try read(direction, part, size + 1) { item, cursor in
            hasMore = items.count == size || !room.takes(item.pageLength)
            guard !hasMore else { return false }
            items.append(item)
            if nearest == nil { nearest = cursor }
            farthest = cursor
            return true
        }
        var near: Cursor?
        if let start = anchor.cursor, !isContinued {
            let edge = nearest ?? start.moved(by: direction == .after ? 1 : -1)
            var isAnyThere = false
            let sliceEnd = try read(direction.opposite, bounds.part(direction.opposite, edge), 1) { _, _ in
                isAnyThere = true
                return false
            }
            if isAnyThere || sliceEnd != nil { near = edge }
        }
        return Page(
            items: isReadBackward ? items.reversed() : items,
            neighbors: neighbors(near: near, far: hasMore ? farthest : sliceEnd),
            isUnfinished: !hasMore && sliceEnd != nil
        )
    }
}
