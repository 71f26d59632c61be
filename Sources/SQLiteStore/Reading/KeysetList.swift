import AssistantsStore
import GRDB

/// A list of an account's rows in the order of `Cursor`'s columns, by an index of the account and these.
///
/// An index that is damaged can miss a row, or have it elsewhere, and nothing tells. So the index has a mirror, which is read too.
struct KeysetList<Cursor: KeysetCursor> {
    let db: Database
    let table: ChecksummedTable
    /// Its mirror has the same name, and `_mirror` behind it.
    let index: String
    let account: AccountSID

    /// Values: the account, the cursors' at which reading begins and, if it is bounded, ends, and how many rows. Columns: those given.
    static func sql(
        _ columns: String,
        of table: ChecksummedTable,
        by index: String,
        _ direction: KeysetDirection,
        isBounded: Bool = false
    ) -> String {
        let keys = Cursor.columns.joined(separator: ", ")
        let values = Cursor.columns.map { _ in "?" }.joined(separator: ", ")
        let (start, end, order) =
            switch direction {
            case .after: (">", "<", keys)
            case .before: ("<", ">", Cursor.columns.map { "\($0) DESC" }.joined(separator: ", "))
            }
        return """
            SELECT \(columns) FROM \(table.name) INDEXED BY \(index)
            WHERE account_sid = ? AND (\(keys)) \(start) (\(values))\(isBounded ? " AND (\(keys)) \(end) (\(values))" : "")
            ORDER BY \(order) LIMIT ?
            """
    }

    /// - Parameters:
    ///   - bounds: what the list has lies between them.
    ///   - isFiltered: whether some rows may be none of the list. Then no more are examined than the request's slice has.
    ///   - isContinued: whether it is known already what lies on the near side of the anchor.
    ///   - item: makes an item of its row; `nil` if it is none of the list.
    func page<Item: PageItem>(
        _ request: PageRequest<Cursor>,
        within bounds: KeysetBounds<Cursor> = KeysetBounds(),
        isFiltered: Bool = false,
        isContinued: Bool = false,
        _ item: (Row) throws -> Item?
    ) throws -> Page<Item, Cursor> {
        try request.page(within: bounds, isContinued: isContinued) { direction, bounds, limit, wantsMore in
            let limit = isFiltered ? request.scan.slice : limit
            let end = bounds.end(direction)
            let cursors = bounds.start(direction).values + (end?.values ?? [])
            func rows(_ columns: String, by index: String) throws -> RowCursor {
                try Row.fetchCursor(
                    db.cachedStatement(
                        sql: Self.sql(columns, of: table, by: index, direction, isBounded: end != nil)
                    ),
                    arguments: [account.text] + StatementArguments(cursors) + [limit]
                )
            }
            let found = try rows(table.verifiableColumns, by: index)
            let mirror = try rows(Cursor.columns.joined(separator: ", "), by: "\(index)_mirror")
            var last: Cursor?
            var count = 0
            // One after the other, so that no more long rows are read than the page has room for.
            while let row = try found.next() {
                let keys = try Self.keys(of: row)
                guard let other = try mirror.next(), try Self.keys(of: other) == keys else {
                    throw DatabaseError.damagedIndex(of: table)
                }
                let cursor = Cursor(values: keys)
                (last, count) = (cursor, count + 1)
                if let item = try item(row), !wantsMore(item, cursor) { return nil }
            }
            guard try mirror.next() == nil else { throw DatabaseError.damagedIndex(of: table) }
            return isFiltered && count == limit ? last : nil
        }
    }

    private static func keys(of row: Row) throws -> [Int64] {
        try Cursor.columns.map { try row.value($0) }
    }
}
