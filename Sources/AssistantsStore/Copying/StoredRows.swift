/// Some rows of a table.
package struct StoredRows: Sendable {
    /// Of the table's columns.
    package let rows: [[StoredValue]]
    /// The last row's place in the store's own order, for what follows; `nil` where there is no row.
    package let cursor: [StoredValue]?

    package init(rows: [[StoredValue]], cursor: [StoredValue]?) {
        self.rows = rows
        self.cursor = cursor
    }
}
