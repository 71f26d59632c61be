extension PageRequest where Cursor: KeysetCursor {
    /// The page and its neighbours, of what a store fetches. One item more than the page holds is asked for, to know
    /// whether another follows.
    /// - Parameter fetch: gives the items nearest to a place with their own places, nearest first. All that it gives must be of
    ///   one state of the database.
    package func page<Item: Sendable>(
        _ fetch: (_ direction: KeysetDirection, _ place: Cursor, _ limit: Int) throws -> [(item: Item, place: Cursor)]
    ) rethrows -> Page<Item, Cursor> {
        let (direction, start): (KeysetDirection, Cursor)
        switch place {
        case .first: (direction, start) = (.after, .beginning)
        case .after(let cursor): (direction, start) = (.after, cursor)
        case .before(let cursor): (direction, start) = (.before, cursor)
        }
        let found = try fetch(direction, start, size + 1)
        let nearest = found.prefix(size)
        let far = found.count > size ? nearest.last?.place : nil
        var near: Cursor?
        if case .first = place {
            near = nil
        } else {
            let edge = nearest.first?.place ?? start.moved(by: direction == .after ? 1 : -1)
            near = try fetch(direction.opposite, edge, 1).isEmpty ? nil : edge
        }
        let items = nearest.map(\.item)
        return switch direction {
        case .after: Page(items: items, neighbors: PageNeighbors(previous: near, next: far))
        case .before: Page(items: items.reversed(), neighbors: PageNeighbors(previous: far, next: near))
        }
    }
}
