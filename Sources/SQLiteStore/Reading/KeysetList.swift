import AssistantsStore
import GRDB

/// A list of an account's rows in the order of `Cursor`'s columns, by an index of the account and these.
struct KeysetList<Cursor: KeysetCursor> {
    enum Direction {
        case after
        case before
    }

    let db: Database
    let table: String
    let account: AccountSID

    static func sql(_ table: String, _ direction: Direction) -> String {
        let columns = Cursor.columns.joined(separator: ", ")
        let places = Cursor.columns.map { _ in "?" }.joined(separator: ", ")
        let (comparison, order) =
            switch direction {
            case .after: (">", columns)
            case .before: ("<", Cursor.columns.map { "\($0) DESC" }.joined(separator: ", "))
            }
        return """
            SELECT * FROM \(table) WHERE account_sid = ? AND (\(columns)) \(comparison) (\(places))
            ORDER BY \(order) LIMIT ?
            """
    }

    /// - Parameter item: makes an item of its row.
    func page<Item>(
        _ request: PageRequest<Cursor>,
        _ item: (Row) throws -> Item
    ) throws -> Page<Item, Cursor> {
        let rows: [Row]
        let (previous, next): (Cursor?, Cursor?)
        switch request.place {
        case .first:
            let (found, hasMore) = try fetch(.after, .beginning, limit: request.size)
            rows = found
            previous = nil
            next = hasMore ? rows.last.map(Cursor.init) : nil

        case .after(let cursor):
            let (found, hasMore) = try fetch(.after, cursor, limit: request.size)
            rows = found
            let edge = rows.first.map(Cursor.init) ?? cursor.successor
            previous = try hasRow(.before, edge) ? edge : nil
            next = hasMore ? rows.last.map(Cursor.init) : nil

        case .before(let cursor):
            let (found, hasMore) = try fetch(.before, cursor, limit: request.size)
            rows = found.reversed()
            let edge = rows.last.map(Cursor.init) ?? cursor.predecessor
            previous = hasMore ? rows.first.map(Cursor.init) : nil
            next = try hasRow(.after, edge) ? edge : nil
        }
        return Page(items: try rows.map(item), neighbors: PageNeighbors(previous: previous, next: next))
    }

    private func hasRow(_ direction: Direction, _ cursor: Cursor) throws -> Bool {
        try !fetch(direction, cursor, limit: 1).rows.isEmpty
    }

    /// The rows nearest to a place, nearest first, and whether more follow.
    private func fetch(
        _ direction: Direction,
        _ cursor: Cursor,
        limit: Int
    ) throws -> (rows: [Row], hasMore: Bool) {
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: Self.sql(table, direction)),
            arguments: [account.text] + StatementArguments(cursor.values) + [limit + 1]
        )
        return (Array(rows.prefix(limit)), rows.count > limit)
    }
}
