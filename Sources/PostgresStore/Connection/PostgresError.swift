import CLibpq

/// What PostgreSQL or libpq says went wrong.
struct PostgresError: Error, CustomStringConvertible {
    /// Five letters and digits (PostgreSQL's appendix A), `nil` where the server said nothing.
    let sqlState: String?
    let message: String

    init(sqlState: String? = nil, message: String) {
        self.sqlState = sqlState
        self.message = message
    }

    var description: String {
        sqlState.map { "\(message) (SQLSTATE \($0))" } ?? message
    }

    /// A row of this key is there already.
    var isUniqueViolation: Bool { sqlState == "23505" }

    /// The row that this one belongs to is not there.
    var isForeignKeyViolation: Bool { sqlState == "23503" }

    /// The transaction lost against another one, and may succeed when it is run again.
    var isConflict: Bool { sqlState == "40001" || sqlState == "40P01" }

    /// What another transaction has locked was not free in time.
    var isOfLock: Bool { sqlState == "55P03" || isTimeout }

    /// The statement took longer than `statement_timeout`, or was given up for another reason.
    var isTimeout: Bool { sqlState == "57014" }

    /// What another transaction has locked was not free within `lock_timeout`.
    var isLockTimeout: Bool { sqlState == "55P03" }

    /// It comes of what is stored: a value that cannot be, a constraint, a damaged row or index.
    var isOfData: Bool {
        guard let sqlState else { return false }
        return ["22", "23"].contains(sqlState.prefix(2)) || ["XX001", "XX002"].contains(sqlState)
    }

    /// The server cannot be reached, is starting or stopping, has no connection left, does not take writes now, or took
    /// too long: the same may succeed later.
    var isUnavailable: Bool {
        guard let sqlState else { return true }
        return ["08", "53", "57"].contains(sqlState.prefix(2)) || ["25006", "55P03"].contains(sqlState) || isConflict
    }
}
