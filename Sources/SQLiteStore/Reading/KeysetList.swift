import AssistantsStore
import GRDB

/// A list of an account's rows in the order of `Cursor`'s columns, by an index of the account and these.
struct KeysetList<Cursor: KeysetCursor> {
    let db: Database
    let table: String
    let account: AccountSID

    static func sql(_ table: String, _ direction: KeysetDirection) -> String {
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
    func page<Item: Sendable>(
        _ request: PageRequest<Cursor>,
        _ item: (Row) throws -> Item
    ) throws -> Page<Item, Cursor> {
        try request.page { direction, place, limit in
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: Self.sql(table, direction)),
                arguments: [account.text] + StatementArguments(place.values) + [limit]
            )
            return try rows.map { row in (try item(row), Cursor(values: try Cursor.columns.map { try row.value($0) })) }
        }
    }
}
