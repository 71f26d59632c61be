/// A row of a table that has an account's rows by their ids, and numbers them.
enum RowByID {
    /// Values: account, id. Columns: those given, of the table.
    ///
    /// All is read from the row itself, where SQLite would take from the index what that has; so that who compares the account
    /// and the id sees whether a damaged index points to another row.
    static func sql(_ columns: String, of table: String) -> String {
        """
        SELECT \(columns) FROM \(table) AS found CROSS JOIN \(table) NOT INDEXED ON \(table).number = found.number
        WHERE found.account_sid = ? AND found.id = ?
        """
    }
}
