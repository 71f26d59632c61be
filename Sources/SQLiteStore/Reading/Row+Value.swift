import GRDB

extension Row {
    /// The value of a column. GRDB's own subscript ends the process where a damaged row has a value of another type, and what its
    /// `decode` throws shows the row.
    /// - Throws: `GRDB.DatabaseError`, `SQLITE_CORRUPT`.
    func value<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
        guard let value = Value.fromDatabaseValue(self[column]) else {
            throw DatabaseError(
                resultCode: .SQLITE_CORRUPT,
                message: "Column \(column) has a value that it cannot have"
            )
        }
        return value
    }

    /// - Throws: `GRDB.DatabaseError`, `SQLITE_CORRUPT` where a row with `verifiableColumns` is not as it was written.
    func verify(_ table: ChecksummedTable) throws {
        guard try value("is_intact") else { throw DatabaseError.damagedRow(table, table.id(of: self)) }
    }
}
