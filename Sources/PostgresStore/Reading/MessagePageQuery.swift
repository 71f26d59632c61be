import AssistantsStore

/// The query that Understudy exists for: one page of one session's messages.
///
/// Keyset pagination: the page is a range of `message`'s primary key. Session, page and neighbors come with one statement,
/// so they are of one state. Each part names the session's key, which sends the whole to one shard where the tables are
/// distributed.
enum MessagePageQuery {
    /// Value: session key. Columns: the session's number and stamp. A statement on one table and one key, which Citus plans in
    /// no time.
    static let version = "SELECT number, stamp FROM session WHERE session_key = $1::bytea"
    static let first = sql(.after, isFirst: true)
    static let after = sql(.after)
    static let before = sql(.before)
    /// The same for pages on which a message is long.
    static let longAfter = sql(.after, isLong: true)
    static let longBefore = sql(.before, isLong: true)

    /// Values: session key, position, how many rows, and a length in bytes. Columns: position, and those of a message. Rows, in
    /// this order: the session, with its number and stamp for dates; unless `isFirst`, the message that comes next on the
    /// other side of the position, if there is one, without an id; the messages, nearest to the position first. Without a
    /// session there are none.
    ///
    /// The length is the longest that a content or meta may have; one that is longer is NULL, so that a page of short messages
    /// does not pay for sums. With `isLong`, it is that of all messages together: rows end behind the first that goes beyond
    /// it, or the second. `octet_length` needs only what is stored in the row itself.
    ///
    /// The parts are a union, not a join: it takes half of the planning, which Citus does twice for each request.
    private static func sql(_ direction: KeysetDirection, isFirst: Bool = false, isLong: Bool = false) -> String {
        let (comparison, opposite, order, oppositeOrder, edge) =
            switch direction {
            case .after: (">", "<=", "position", "position DESC", "0")
            case .before: ("<", ">=", "position DESC", "position", "9223372036854775807")
            }
        let nearest = """
            FROM message WHERE session_key = $1::bytea AND position \(comparison) $2::bigint
            ORDER BY \(order) LIMIT $3::bigint
            """
        let length = "octet_length(content) + octet_length(meta)"
        let rows =
            if isLong {
                """
                FROM (
                    SELECT *, row_number() OVER nearest AS row_number, sum(\(length)) OVER nearest - (\(length)) AS bytes_before
                    FROM (SELECT * \(nearest)) AS message
                    WINDOW nearest AS (ORDER BY \(order) ROWS UNBOUNDED PRECEDING)
                ) AS message
                WHERE row_number <= 2 OR bytes_before <= $4::bigint
                """
            } else {
                nearest
            }
        let columns = MessageRow.columns { text in
            isLong ? text : "CASE WHEN octet_length(\(text)) <= $4::bigint THEN \(text) END"
        }
        let neighbor = """
            UNION ALL (
                SELECT position, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
                FROM message WHERE session_key = $1::bytea AND position \(opposite) $2::bigint
                ORDER BY \(oppositeOrder) LIMIT 1
            )
            """
        return """
            SELECT \(edge)::bigint AS position, id, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, number, stamp
            FROM session WHERE session_key = $1::bytea
            \(isFirst ? "" : neighbor)
            UNION ALL (SELECT position, \(columns) \(rows))
            ORDER BY \(order)
            """
    }

    /// With a cursor, the page of the cursor's session, which must be one that the reference could mean; else of the nearest
    /// that there is.
    /// - Returns: `nil` where that session is at the version that is known.
    /// - Throws: `notFound(.session)`, `StoreError.cursorOfAnotherSession`.
    static func run(
        _ reference: SessionReference,
        in account: AccountSID,
        page request: PageRequest<MessageCursor>,
        unless known: SessionVersion?,
        on store: PostgresStore
    ) async throws(StoreError) -> MessagePage? {
        let (sql, longSQL, cursor): (String, String, MessageCursor?) =
            switch request.anchor {
            case .first: (first, longAfter, nil)
            case .after(let cursor): (after, longAfter, cursor)
            case .before(let cursor): (before, longBefore, cursor)
            }
        func rows(_ sql: String, of session: SessionKey, length: Int) async throws(StoreError) -> PostgresRows {
            try await store.query(sql, [session.bytes, cursor?.position ?? 0, request.size + 1, length])
        }
        func isMeant(_ session: SessionNumber) -> Bool { cursor.map { $0.session == session } ?? true }
        var isAnyThere = false
        for candidate in reference.candidates {
            let key = SessionKey(candidate, in: account)
            if let known {
                let found = try await store.query(version, [key.bytes])
                guard let current = SessionVersion(found.result) else { continue }
                isAnyThere = true
                guard isMeant(current.session) else { continue }
                if current == known { return nil }
            }
            var found = try await rows(sql, of: key, length: request.budget.bytes / 2 / (request.size + 1))
            if MessagePage.isAnyLeftOut(of: found.result) {
                found = try await rows(longSQL, of: key, length: request.budget.bytes)
            }
            // Another one may be what is meant by now: the session can have been deleted meanwhile.
            guard let page = MessagePage(found, for: request) else { continue }
            isAnyThere = true
            if isMeant(page.version.session) { return page }
        }
        throw isAnyThere ? .cursorOfAnotherSession : .notFound(.session)
    }
}

extension SessionVersion {
    /// Of a result of `MessagePageQuery.version`; `nil` where there is no session.
    fileprivate init?(_ result: borrowing PostgresResult) {
        guard result.count > 0 else { return nil }
        self.init(session: SessionNumber(result.integer(0, 0)), stamp: result.integer(0, 1))
    }
}
