import AssistantsStore
import GRDB

extension ResultCode {
    /// Whether it says that the file is not as it should be.
    var isOfDamage: Bool {
        self == .SQLITE_CORRUPT || self == .SQLITE_NOTADB
    }
}

extension DatabaseError {
    /// Of a row that is not as it was written.
    /// - Parameter id: as `ChecksummedTable.id(of:)` has it.
    static func damagedRow(_ table: ChecksummedTable, _ id: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: "\(table.table.kind) \(id) is not as it was written")
    }

    static func damaged(_ turn: StoredTurn<SessionNumber>) -> DatabaseError {
        unreadable("\(StoredTable.turn.kind) \(turn.id)", turn.damagedColumns)
    }

    /// Of a row of a table without checksums.
    /// - Parameter columns: that have values that they cannot have. None of these may be shown: a message can be among them.
    static func unreadable(_ row: String, _ columns: [String]) -> DatabaseError {
        DatabaseError(
            resultCode: .SQLITE_CORRUPT,
            message: "\(row) has a value that it cannot have, in \(columns.joined(separator: ", "))"
        )
    }

    static func damagedMessage(_ id: String, of session: String) -> DatabaseError {
        damagedRow(.message, "\(id) of session \(session)")
    }

    /// Of a session that does not have its messages where they must be.
    static func lostMessages(of session: String) -> DatabaseError {
        DatabaseError(
            resultCode: .SQLITE_CORRUPT,
            message: "Session \(session) has not all of its messages, in their order"
        )
    }

    /// Of an index that points to a row that is not the one.
    static func damagedIndex(of table: ChecksummedTable) -> DatabaseError {
        DatabaseError(
            resultCode: .SQLITE_CORRUPT,
            message: "An index of the table \(table.name) is not as it was written"
        )
    }
}
