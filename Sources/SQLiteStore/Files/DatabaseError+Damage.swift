import GRDB

extension ResultCode {
    /// Whether it says that the file is not as it should be.
    var isOfDamage: Bool {
        self == .SQLITE_CORRUPT || self == .SQLITE_NOTADB
    }
}

extension DatabaseError {
    /// Of a message whose row is not as it was written.
    static func damagedMessage(_ id: String, of session: String) -> DatabaseError {
        DatabaseError(
            resultCode: .SQLITE_CORRUPT,
            message: "Message \(id) of session \(session) is not as it was written"
        )
    }

    /// Of a session that does not have its messages where they must be.
    static func lostMessages(of session: String) -> DatabaseError {
        DatabaseError(
            resultCode: .SQLITE_CORRUPT,
            message: "Session \(session) has not all of its messages, in their order"
        )
    }

    /// Of an index that points to a row that is not the one.
    static func damagedIndex(of table: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: "An index of the table \(table) is not as it was written")
    }

    /// Of a row with the columns `id` and `session_id`, whatever is in them.
    static func damagedMessage(_ row: Row) -> DatabaseError {
        let names = ["id", "session_id"].map { String.fromDatabaseValue(row[$0]) ?? "?" }
        return damagedMessage(names[0], of: names[1])
    }
}
