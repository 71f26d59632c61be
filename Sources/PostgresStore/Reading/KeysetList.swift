import AssistantsStore

/// A list of an account's rows in the order of `Cursor`'s columns, by an index of the account and these.
struct KeysetList<Cursor: KeysetCursor> {
    let table: String
    /// What a row is read as; they follow the cursor's.
    let columns: String
    let account: AccountSID

    /// Values: account, the cursor's, how many rows. Columns: the cursor's, then the list's.
    func sql(_ direction: KeysetDirection) -> String {
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
    func page<Item: Sendable>(
        _ request: PageRequest<Cursor>,
        _ connection: inout PostgresConnection,
        _ item: (borrowing PostgresResult, _ row: Int, _ column: Int32) -> Item
    ) throws -> Page<Item, Cursor> {
        try request.page { direction, place, limit in
            let rows = try connection.run(
                sql(direction),
                [account] + place.values.map { $0 as any PostgresValue } + [limit]
            )
            return rows.map { rows, row in
                (item(rows, row, Int32(Cursor.columns.count)), Self.cursor(rows, row))
            }
        }
    }

    private static func cursor(_ rows: borrowing PostgresResult, _ row: Int) -> Cursor {
        var values: [Int64] = []
        for column in Cursor.columns.indices { values.append(rows.integer(row, Int32(column))) }
        return Cursor(values: values)
    }
}
