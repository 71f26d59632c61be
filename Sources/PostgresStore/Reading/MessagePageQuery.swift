import AssistantsStore

/// The query that Understudy exists for: one page of one session's messages.
///
/// Keyset pagination: the page is a range of `message`'s primary key. Session, page and neighbours come with one statement,
/// so they are of one state. Each part names the session's key, which sends the whole to one shard where the tables are
/// distributed.
enum MessagePageQuery {
    static let after = sql(comparison: ">", order: "position", neighbor: "<=")
    static let before = sql(comparison: "<", order: "position DESC", neighbor: ">=")

    /// Values: session key, position, how many rows, and the session's number and stamp at the version that is known, or
    /// NULL: at that version there are no rows. Columns: the session's number and stamp, whether there are rows on the
    /// other side, position (NULL where there are no rows), and those of a message.
    private static func sql(comparison: String, order: String, neighbor: String) -> String {
        """
        SELECT s.number, s.stamp,
            EXISTS (SELECT FROM message WHERE session_key = $1::bytea AND position \(neighbor) $2::bigint),
            m.position, m.id, s.id, m.assistant_id, m.identity, m.role, m.content, m.meta, m.date_created, m.date_updated
        FROM session AS s
        LEFT JOIN LATERAL (
            SELECT * FROM message WHERE session_key = $1::bytea AND position \(comparison) $2::bigint
                AND (s.number, s.stamp) IS DISTINCT FROM ($4::bigint, $5::bigint)
            ORDER BY \(order) LIMIT $3::bigint
        ) AS m ON true
        WHERE s.session_key = $1::bytea
        ORDER BY m.position
        """
    }

    /// With a cursor, the page of the cursor's session, which must be one that the reference could mean; else of the nearest
    /// that there is.
    /// - Throws: `StoreError.sessionNotFound`, `StoreError.cursorOfAnotherSession`.
    static func run(
        _ reference: SessionReference,
        in account: AccountSID,
        page request: PageRequest<MessageCursor>,
        unless known: SessionVersion?,
        on store: PostgresStore
    ) async throws(StoreError) -> MessagePage {
        let (sql, cursor): (String, MessageCursor?) =
            switch request.place {
            case .first: (after, nil)
            case .after(let cursor): (after, cursor)
            case .before(let cursor): (before, cursor)
            }
        var isAnyThere = false
        for candidate in reference.candidates {
            let rows = try await store.query(
                sql,
                [
                    SessionKey(candidate, in: account).bytes, cursor?.position ?? 0, request.size + 1,
                    known?.session.value, known?.stamp,
                ]
            )
            guard rows.result.count > 0 else { continue }
            isAnyThere = true
            let page = MessagePage(rows, for: request)
            if let cursor, cursor.session != page.version.session { continue }
            return page
        }
        throw isAnyThere ? .cursorOfAnotherSession : .sessionNotFound
    }
}
