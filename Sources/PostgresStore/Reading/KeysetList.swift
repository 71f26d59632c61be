import AssistantsStore

/// A list of an account's rows in the order of `Cursor`'s columns, by an index of the account and these.
struct KeysetList<Cursor: KeysetCursor> {
    enum Direction {
        case after
        case before
    }

    let table: String
    /// What a row is read as; the cursor's columns follow.
    let columns: String
    let account: AccountSID

    /// Values: account, the cursor's, how many rows. Columns: the cursor's, then the list's.
    func sql(_ direction: Direction) -> String {
        let keys = Cursor.columns.joined(separator: ", ")
        let places = Cursor.columns.indices.map { "$\($0 + 2)::bigint" }.joined(separator: ", ")
        let (comparison, order) =
            switch direction {
            case .after: (">", keys)
            case .before: ("<", Cursor.columns.map { "\($0) DESC" }.joined(separator: ", "))
            }
        return """
            SELECT \(keys), \(columns) FROM \(table) WHERE account_sid = $1 AND (\(keys)) \(comparison) (\(places))
            ORDER BY \(order) LIMIT $\(Cursor.columns.count + 2)::bigint
            """
    }

    /// - Parameter item: makes an item of a row, whose columns begin at the given one.
    func page<Item>(
        _ request: PageRequest<Cursor>,
        _ connection: inout PostgresConnection,
        _ item: (borrowing PostgresResult, _ row: Int, _ column: Int32) -> Item
    ) throws -> Page<Item, Cursor> {
        let first = Int32(Cursor.columns.count)
        let (direction, place): (Direction, Cursor) =
            switch request.place {
            case .first: (.after, .beginning)
            case .after(let cursor): (.after, cursor)
            case .before(let cursor): (.before, cursor)
            }
        let found = try fetch(direction, place, limit: request.size + 1, &connection)
        let hasMore = found.count > request.size
        let rows = 0..<min(found.count, request.size)
        // Nearest to the cursor first: what lies towards it, and away from it.
        let near = rows.isEmpty ? place.moved(by: direction == .after ? 1 : -1) : cursor(found, 0)
        let far = hasMore ? cursor(found, rows.upperBound - 1) : nil
        var isAnyBehind = false
        if case .first = request.place {
        } else {
            isAnyBehind = try fetch(direction == .after ? .before : .after, near, limit: 1, &connection).count > 0
        }
        var items: [Item] = []
        for row in rows { items.append(item(found, row, first)) }
        return direction == .after
            ? Page(items: items, neighbors: PageNeighbors(previous: isAnyBehind ? near : nil, next: far))
            : Page(items: items.reversed(), neighbors: PageNeighbors(previous: far, next: isAnyBehind ? near : nil))
    }

    private func fetch(
        _ direction: Direction,
        _ place: Cursor,
        limit: Int,
        _ connection: inout PostgresConnection
    ) throws -> PostgresResult {
        try connection.run(
            sql(direction),
            [account] + place.values.map { $0 as any PostgresValue } + [limit]
        )
    }

    private func cursor(_ rows: borrowing PostgresResult, _ row: Int) -> Cursor {
        var values: [Int64] = []
        for column in Cursor.columns.indices { values.append(rows.integer(row, Int32(column))) }
        return Cursor(values: values)
    }
}
