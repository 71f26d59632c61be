import AssistantsStore
import GRDB

/// Finds a row of a table that has an account's rows by their ids, and numbers them.
enum AccountRowLookup {
    /// Whether a row is as it was written, and the one that was asked for: 1 or 0. The caller need not read the account and the id to
    /// compare them.
    static func isIntact(of table: ChecksummedTable) -> String {
        table.isIntact(with: ["account_sid": "?1", "id": "?2"])
    }

    /// Values: account, id. Columns: those given, of the table.
    ///
    /// Every column is read from the row itself, even those that SQLite could take from the index. The row's account and id then show
    /// whether a damaged index points to another row; if it points to none, all columns are NULL.
    static func sql(_ columns: String, of table: ChecksummedTable) -> String {
        let table = table.name
        return """
            SELECT \(columns) FROM \(table) AS found LEFT JOIN \(table) NOT INDEXED ON \(table).number = found.number
            WHERE found.account_sid = ?1 AND found.id = ?2
            """
    }
}

extension Database {
    /// The account's row of an id, which is not verified yet; `nil` where there is none.
    /// - Throws: `GRDB.DatabaseError`, `SQLITE_CORRUPT` where the index points to another row.
    func row(_ id: String, in account: AccountSID, of table: ChecksummedTable) throws -> Row? {
        let row = try Row.fetchOne(
            self,
            sql: AccountRowLookup.sql(table.verifiableColumns, of: table),
            arguments: [account.text, id]
        )
        guard let row else { return nil }
        guard try row.value("id") == id, try row.value("account_sid") == account.text else {
            try row.verify(table)
            throw DatabaseError.damagedIndex(of: table)
        }
        return row
    }
}
