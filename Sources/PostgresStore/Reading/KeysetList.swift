import AssistantsStore

/// A list of an account's rows in the order of `Cursor`'s columns, by an index of the account and these.
struct KeysetList<Cursor: KeysetCursor> {
    let table: String
    /// What a row is read as; they follow the cursor's.
    let columns: String
    /// How many bytes a row has that can be long, in SQL; `nil` where all rows are short.
    var length: String?
    let account: AccountSID

    /// Values: account, the cursor's, how many rows; where rows can be long, how many bytes they may have together. Columns: the
    /// cursor's, then the list's. Rows end behind the first that goes beyond that, or the second.
    func sql(_ direction: KeysetDirection) -> String {
        let keys = Cursor.columns.joined(separator: ", ")
        let values = Cursor.columns.indices.map { "$\($0 + 2)::bigint" }.joined(separator: ", ")
        let (comparison, order) =
            switch direction {
            case .after: (">", keys)
            case .before: ("<", Cursor.columns.map { "\($0) DESC" }.joined(separator: ", "))
            }
        let limit = Cursor.columns.count + 2
        let rows = """
            FROM \(table) WHERE account_sid = $1 AND (\(keys)) \(comparison) (\(values))
            ORDER BY \(order) LIMIT $\(limit)::bigint
            """
        guard let length else { return "SELECT \(keys), \(columns) \(rows)" }
        return """
            SELECT \(keys), \(columns)
            FROM (
                SELECT *, row_number() OVER nearest AS row_number, sum(\(length)) OVER nearest - (\(length)) AS bytes_before
                FROM (SELECT * \(rows)) AS \(table)
                WINDOW nearest AS (ORDER BY \(order) ROWS UNBOUNDED PRECEDING)
            ) AS \(table)
            WHERE row_number <= 2 OR bytes_before <= $\(limit + 1)::bigint
            ORDER BY \(order)
            """
    }

    /// - Parameter item: makes an item of a row, whose columns begin at the given one.
    func page<Item: PageItem>(
        _ request: PageRequest<Cursor>,
        _ connection: inout PostgresConnection,
        _ item: (borrowing PostgresResult, _ row: Int, _ column: Int32) throws -> Item
    ) throws -> Page<Item, Cursor> {
        try request.page { direction, cursor, limit, wantsMore in
            var values = [account] + cursor.values.map { $0 as any PostgresValue } + [limit]
            if length != nil { values.append(request.budget.bytes) }
            let rows = try connection.run(sql(direction), values)
            for row in 0..<rows.count {
                guard wantsMore(try item(rows, row, Int32(Cursor.columns.count)), Self.cursor(rows, row)) else {
                    return
                }
            }
        }
    }

    private static func cursor(_ rows: borrowing PostgresResult, _ row: Int) -> Cursor {
        var values: [Int64] = []
        for column in Cursor.columns.indices { values.append(rows.integer(row, Int32(column))) }
        return Cursor(values: values)
    }
}
