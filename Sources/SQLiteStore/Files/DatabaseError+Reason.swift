import GRDB

extension DatabaseError {
    /// What SQLite says, without the statement.
    var reason: String { message ?? "\(resultCode)" }
}

extension ResultCode {
    /// Whether it says that the file is not as it should be.
    var isOfDamage: Bool {
        self == .SQLITE_CORRUPT || self == .SQLITE_NOTADB
    }
}
