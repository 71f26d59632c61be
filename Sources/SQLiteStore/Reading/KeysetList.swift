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
    /// The index's columns behind the account.
    var columns = Cursor.columns
    let account: AccountSID
    /// Whose rows they are; `nil` for all of the account's. The index has its column behind the account.
    var owner: RowOwner?
    /// Where the list has rows that the index has elsewhere (decision 37), in ascending order.
    var unsettled: [Cursor] = []

    /// Values: the account, the owner if there is one, the cursors' at which reading begins and, if it is bounded, ends, and how many rows. Columns: those given.
    static func sql(
        _ selection: String,
        of table: ChecksummedTable,
        by index: String,
        keys columns: [String] = Cursor.columns,
        owner: String? = nil,
        _ direction: KeysetDirection,
        isBounded: Bool = false
    ) -> String {
        let keys = columns.joined(separator: ", ")
        let values = columns.map { _ in "?" }.joined(separator: ", ")
        let (start, end, order) =
            switch direction {
            case .after: (">", "<", keys)
            case .before: ("<", ">", columns.map { "\($0) DESC" }.joined(separator: ", "))
            }
        return """
            SELECT \(selection) FROM \(table.name) INDEXED BY \(index)
            WHERE account_sid = ? \(owner.map { "AND \($0) = ? " } ?? "")AND (\(keys)) \(start) (\(values))\(isBounded ? " AND (\(keys)) \(end) (\(values))" : "")
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
            func rows(_ selection: String, by index: String) throws -> RowCursor {
                try Row.fetchCursor(
                    db.cachedStatement(
                        sql: Self.sql(
                            selection,
                            of: table,
                            by: index,
                            keys: columns,
                            owner: owner?.column,
                            direction,
                            isBounded: end != nil
                        )
                    ),
                    arguments: [account.text] + StatementArguments(owner.map { [$0.id] } ?? [])
                        + StatementArguments(cursors) + [limit]
                )
            }
            func wantsMoreRows(_ row: Row, _ cursor: Cursor) throws -> Bool {
                try item(row).map { wantsMore($0, cursor) } ?? true
            }
            let found = try rows(table.verifiableColumns, by: index)
            let mirror = try rows(columns.joined(separator: ", "), by: "\(index)_mirror")
            var unsettled = unsettled(direction, bounds)[...]
            var last: Cursor?
            var count = 0
            // One after the other, so that no more long rows are read than the page has room for.
            while let row = try found.next() {
                let keys = try keys(of: row)
                guard let other = try mirror.next(), try self.keys(of: other) == keys else {
                    throw DatabaseError.damagedIndex(of: table)
                }
                let cursor = Cursor(values: keys)
                while let next = unsettled.first, direction == .after ? next < cursor : next > cursor {
                    unsettled.removeFirst()
                    guard try wantsMoreRows(unsettledRow(at: next), next) else { return nil }
                }
                (last, count) = (cursor, count + 1)
                guard try wantsMoreRows(row, cursor) else { return nil }
            }
            guard try mirror.next() == nil else { throw DatabaseError.damagedIndex(of: table) }
            if isFiltered, count == limit { return last }
            for cursor in unsettled {
                guard try wantsMoreRows(unsettledRow(at: cursor), cursor) else { return nil }
            }
            return nil
        }
    }

    /// Those between some bounds, nearest first.
    private func unsettled(_ direction: KeysetDirection, _ bounds: KeysetBounds<Cursor>) -> [Cursor] {
        let found = unsettled.filter { cursor in
            bounds.lower.map { $0 < cursor } ?? true && bounds.upper.map { cursor < $0 } ?? true
        }
        return direction == .after ? found : found.reversed()
    }

    /// The row of one of `unsettled`.
    private func unsettledRow(at cursor: Cursor) throws -> Row {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT \(table.verifiableColumns) FROM \(table.name) WHERE number = ?"),
            arguments: [cursor.values.last]
        )
        guard let row else { throw DatabaseError.damagedIndex(of: table) }
        return row
    }

    private func keys(of row: Row) throws -> [Int64] {
        try columns.map { try row.value($0) }
    }
}
