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

    /// Values: the account, the cursor's, and how many rows. Columns: those given.
    static func sql(
        _ columns: String,
        of table: ChecksummedTable,
        by index: String,
        _ direction: KeysetDirection
    ) -> String {
        let keys = Cursor.columns.joined(separator: ", ")
        let values = Cursor.columns.map { _ in "?" }.joined(separator: ", ")
        let (comparison, order) =
            switch direction {
            case .after: (">", keys)
            case .before: ("<", Cursor.columns.map { "\($0) DESC" }.joined(separator: ", "))
            }
        return """
            SELECT \(columns) FROM \(table.name) INDEXED BY \(index)
            WHERE account_sid = ? AND (\(keys)) \(comparison) (\(values)) ORDER BY \(order) LIMIT ?
            """
    }

    /// - Parameter item: makes an item of its row.
    func page<Item: PageItem>(
        _ request: PageRequest<Cursor>,
        _ item: (Row) throws -> Item
    ) throws -> Page<Item, Cursor> {
        try request.page { direction, cursor, limit, wantsMore in
            func rows(_ columns: String, by index: String) throws -> RowCursor {
                try Row.fetchCursor(
                    db.cachedStatement(sql: Self.sql(columns, of: table, by: index, direction)),
                    arguments: [account.text] + StatementArguments(cursor.values) + [limit]
                )
            }
            let found = try rows(table.verifiableColumns, by: index)
            let mirror = try rows(Cursor.columns.joined(separator: ", "), by: "\(index)_mirror")
            // One after the other, so that no more long rows are read than the page has room for.
            while let row = try found.next() {
                let keys = try Self.keys(of: row)
                guard let other = try mirror.next(), try Self.keys(of: other) == keys else {
                    throw DatabaseError.damagedIndex(of: table)
                }
                guard wantsMore(try item(row), Cursor(values: keys)) else { return }
            }
            guard try mirror.next() == nil else { throw DatabaseError.damagedIndex(of: table) }
        }
    }

    private static func keys(of row: Row) throws -> [Int64] {
        try Cursor.columns.map { try row.value($0) }
    }
}
