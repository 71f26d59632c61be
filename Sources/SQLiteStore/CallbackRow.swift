import AssistantsStore
import GRDB

/// A row of `callback`.
struct CallbackRow {
    /// The callbacks that are due, oldest first. Values: the time, and how many.
    static let due = "SELECT * FROM callback WHERE due <= ? ORDER BY due, number LIMIT ?"

    /// How many are to be tried, and how many of the oldest were given up: those that the index does not have. The table is not
    /// read as far as `due`, which is stored behind the bodies. Value: how many to count.
    static let counts = """
        WITH oldest AS (SELECT number FROM callback ORDER BY number LIMIT ?1)
        SELECT (SELECT count(*) FROM (\(waiting) LIMIT ?1)) AS waiting, (SELECT count(*) FROM oldest) - (
            SELECT count(*) FROM (\(waiting) LIMIT 100 * ?1) WHERE number <= (SELECT max(number) FROM oldest)
        ) AS failed
        """
    private static let waiting = "SELECT number FROM callback INDEXED BY callback_by_due WHERE due IS NOT NULL"

    let number: Int64
    private let account: AccountSID
    private let content: NewCallback
    private let attempts: Int64
    private let lastError: String?
    private let dateCreated: Int64
    private let due: Int64?
    /// The columns that have values that they cannot have; the row has others in their place.
    let damagedColumns: [String]

    /// Reads a row, which may be damaged.
    init(_ row: Row) {
        var row = DoubtfulRow(row)
        number = row.integer("number")
        account = AccountSID(unchecked: row.text("account_sid"))
        content = NewCallback(
            url: row.text("url"),
            body: row.text("body"),
            idempotencyToken: row.text("idempotency_token")
        )
        attempts = row.integer("attempts")
        lastError = row.optionalText("last_error")
        dateCreated = row.integer("date_created")
        due = row.optionalInteger("due")
        damagedColumns = row.damagedColumns
    }

    /// The callbacks that are due by the store's clock, oldest first.
    static func due(at now: Int64, limit: Int, _ db: Database) throws -> [CallbackRow] {
        try Row.fetchAll(db, sql: due, arguments: [now, limit]).map(CallbackRow.init)
    }

    /// The rows of callbacks that are to be tried and have values that they cannot have.
    static func damaged(_ db: Database) throws -> [CallbackRow] {
        let rows = try Row.fetchCursor(db, sql: "SELECT * FROM callback WHERE due IS NOT NULL ORDER BY number")
        return try Array(rows.map(CallbackRow.init).filter(\.isDamaged))
    }

    var isDamaged: Bool { !damagedColumns.isEmpty }

    /// Counts an attempt, of which nothing is heard until the end of its lease.
    /// - Returns: the callback as it then is.
    func take(until leaseEnd: Int64, at now: Int64, _ db: Database) throws -> Callback {
        try db.execute(
            sql: "UPDATE callback SET attempts = attempts + 1, due = ? WHERE number = ?",
            arguments: [leaseEnd, number]
        )
        return callback(attempts: attempts + 1, at: now)
    }

    /// Keeps a damaged callback as failed, so that it keeps back no other.
    func giveUp(_ db: Database) throws {
        // SQLite changes no column of a row while another one is damaged.
        try db.execute(
            sql: """
                UPDATE callback SET account_sid = ?, url = ?, body = ?, idempotency_token = ?, attempts = ?, last_error = ?,
                    date_created = ?, due = NULL
                WHERE number = ?
                """,
            arguments: [
                account.text, content.url, content.body, content.idempotencyToken, attempts,
                "the callback is damaged in the database", dateCreated, number,
            ]
        )
    }

    /// - Parameter now: what its age is counted from.
    func callback(at now: Int64) -> Callback { callback(attempts: attempts, at: now) }

    private func callback(attempts: Int64, at now: Int64) -> Callback {
        Callback(
            number: number,
            account: account,
            content: content,
            attempts: Int(attempts),
            lastError: lastError,
            dateCreated: Timestamp(microseconds: dateCreated),
            due: due.map { Timestamp(microseconds: $0) },
            age: .microseconds(now) - .microseconds(dateCreated)
        )
    }
}
