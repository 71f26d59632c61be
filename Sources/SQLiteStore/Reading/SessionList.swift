import AssistantsStore
import GRDB

/// An account's sessions in order of creation, by the index `session_by_creation`.
struct SessionList {
    static let after = "(date_created, number) > (?, ?) ORDER BY date_created, number"
    static let before = "(date_created, number) < (?, ?) ORDER BY date_created DESC, number DESC"

    static func sql(_ condition: String) -> String {
        "SELECT * FROM session WHERE account_sid = ? AND \(condition) LIMIT ?"
    }

    let db: Database
    let account: AccountSID

    /// Rows behind a place, or from the beginning, and whether more follow.
    func rows(after cursor: SessionCursor?, limit: Int) throws -> (rows: [SessionRow], hasMore: Bool) {
        let cursor = cursor ?? SessionCursor(dateCreated: Timestamp(microseconds: .min), number: SessionNumber(0))
        return try fetch(Self.after, cursor, limit: limit)
    }

    /// The nearest rows before a place, in the list's order, and whether more precede them.
    func rows(before cursor: SessionCursor, limit: Int) throws -> (rows: [SessionRow], hasMore: Bool) {
        let (rows, hasMore) = try fetch(Self.before, cursor, limit: limit)
        return (rows.reversed(), hasMore)
    }

    func hasRow(after cursor: SessionCursor) throws -> Bool {
        try !rows(after: cursor, limit: 1).rows.isEmpty
    }

    func hasRow(before cursor: SessionCursor) throws -> Bool {
        try !rows(before: cursor, limit: 1).rows.isEmpty
    }

    private func fetch(
        _ condition: String,
        _ cursor: SessionCursor,
        limit: Int
    ) throws -> (rows: [SessionRow], hasMore: Bool) {
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: Self.sql(condition)),
            arguments: [account.text, cursor.dateCreated.microseconds, cursor.number.value, limit + 1]
        )
        return (rows.prefix(limit).map(SessionRow.init), rows.count > limit)
    }
}

extension [SessionRow] {
    func page(previous: SessionCursor?, next: SessionCursor?) -> Page<Session, SessionCursor> {
        Page(items: map(\.session), neighbors: PageNeighbors(previous: previous, next: next))
    }
}

extension SessionCursor {
    /// The place right behind this one.
    var successor: SessionCursor {
        SessionCursor(dateCreated: dateCreated, number: SessionNumber(number.value + 1))
    }

    /// The place right before this one.
    var predecessor: SessionCursor {
        SessionCursor(dateCreated: dateCreated, number: SessionNumber(number.value - 1))
    }
}
