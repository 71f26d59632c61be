import GRDB

extension DatabaseError {
    /// What SQLite says, without the statement.
    var reason: String { message ?? "\(resultCode)" }
}
