import AssistantsStore

/// The query that Understudy exists for: one page of one session's messages.
///
/// Keyset pagination: the page is a range of `message`'s primary key. Session, page and neighbours come with one statement,
/// so they are of one state. Each part names the session's key, which sends the whole to one shard where the tables are
/// distributed.
enum MessagePageQuery {
    static let after = sql(comparison: ">", order: "position", neighbor: "<=")
    static let before = sql(comparison: "<", order: "position DESC", neighbor: ">=")
    /// The same for pages on which a message is long.
    static let longAfter = sql(comparison: ">", order: "position", neighbor: "<=", isLong: true)
    static let longBefore = sql(comparison: "<", order: "position DESC", neighbor: ">=", isLong: true)

    /// Values: session key, position, how many rows, the session's number and stamp at the version that is known, or NULL: at
    /// that version there are no rows; and a length in bytes. Columns: the session's number and stamp, whether there are rows
    /// on the other side, position (NULL where there are no rows), and those of a message.
    ///
    /// The length is the longest that a content or meta may have; one that is longer is NULL, so that a page of short messages
    /// does not pay for sums. With `isLong`, it is that of all messages together: rows end behind the first that goes beyond
    /// it, or the second. `octet_length` needs only what is stored in the row itself.
    private static func sql(comparison: String, order: String, neighbor: String, isLong: Bool = false) -> String {
        let nearest = """
            SELECT * FROM message WHERE session_key = $1::bytea AND position \(comparison) $2::bigint
                AND (s.number, s.stamp) IS DISTINCT FROM ($4::bigint, $5::bigint)
            ORDER BY \(order) LIMIT $3::bigint
            """
        let length = "octet_length(content) + octet_length(meta)"
        let rows =
            if isLong {
                """
                SELECT * FROM (
                    SELECT *, row_number() OVER nearest AS row_number, sum(\(length)) OVER nearest - (\(length)) AS bytes_before
                    FROM (\(nearest)) AS message
                    WINDOW nearest AS (ORDER BY \(order) ROWS UNBOUNDED PRECEDING)
                ) AS message
                WHERE row_number <= 2 OR bytes_before <= $6::bigint
                """
            } else {
                nearest
            }
        let columns = MessageRow.columns { text in
            isLong ? text : "CASE WHEN octet_length(\(text)) <= $6::bigint THEN \(text) END"
        }
        return """
            SELECT s.number, s.stamp,
                EXISTS (SELECT FROM message WHERE session_key = $1::bytea AND position \(neighbor) $2::bigint),
                m.position, \(columns)
            FROM session AS s
            LEFT JOIN LATERAL (
                \(rows)
            ) AS m ON true
            WHERE s.session_key = $1::bytea
            ORDER BY m.position
            """
    }

    /// With a cursor, the page of the cursor's session, which must be one that the reference could mean; else of the nearest
    /// that there is.
    /// - Throws: `notFound(.session)`, `StoreError.cursorOfAnotherSession`.
    static func run(
        _ reference: SessionReference,
        in account: AccountSID,
        page request: PageRequest<MessageCursor>,
        unless known: SessionVersion?,
        on store: PostgresStore
    ) async throws(StoreError) -> MessagePage {
        let (sql, longSQL, cursor): (String, String, MessageCursor?) =
            switch request.anchor {
            case .first: (after, longAfter, nil)
            case .after(let cursor): (after, longAfter, cursor)
            case .before(let cursor): (before, longBefore, cursor)
            }
        func rows(_ sql: String, of session: SessionID, length: Int) async throws(StoreError) -> PostgresRows {
            try await store.query(
                sql,
                [
                    SessionKey(session, in: account).bytes, cursor?.position ?? 0, request.size + 1,
                    known?.session.value, known?.stamp, length,
                ]
            )
        }
        var isAnyThere = false
        for candidate in reference.candidates {
            var found = try await rows(sql, of: candidate, length: request.budget.bytes / 2 / (request.size + 1))
            guard found.result.count > 0 else { continue }
            if MessagePage.isAnyLeftOut(of: found.result) {
                found = try await rows(longSQL, of: candidate, length: request.budget.bytes)
                // Another one may be what is meant by now: the session can have been deleted meanwhile.
                guard found.result.count > 0 else { continue }
            }
            isAnyThere = true
            let page = MessagePage(found, for: request)
            if let cursor, cursor.session != page.version.session { continue }
            return page
        }
        throw isAnyThere ? .cursorOfAnotherSession : .notFound(.session)
    }
}
