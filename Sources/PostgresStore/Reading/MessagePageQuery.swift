import AssistantsStore

/// The query that Understudy exists for: one page of one session's messages.
///
/// Keyset pagination: the page is a range of `message`'s primary key. Session, page and neighbors come with one statement,
/// so they are of one state; or with one for each, and the session once more, to know that they are. Each names the session's key,
/// which sends it to one shard where the tables are distributed.
enum MessagePageQuery {
    /// Value: session key. Columns: the session's number and stamp.
    static let version = "SELECT number, stamp FROM session WHERE session_key = $1::bytea"
    /// Values: session key, id. Columns: the session's number, and the message's position; NULL where the session does not have it.
    static let position = """
        SELECT session.number, message.position
        FROM session LEFT JOIN message ON message.session_key = session.session_key AND message.id = $2
        WHERE session.session_key = $1::bytea
        """
    static let first = union([session(.after), rows(.after)], .after)
    static let firstDescending = union([session(.before), rows(.before)], .before)
    static let after = union([session(.after), neighbor(.after), rows(.after)], .after)
    static let before = union([session(.before), neighbor(.before), rows(.before)], .before)
    /// The same for pages on which a message is long. The length is that of all messages together: rows end behind the first that
    /// goes beyond it, or the second.
    static let longAfter = union([session(.after), neighbor(.after), longRows(.after)], .after)
    static let longBefore = union([session(.before), neighbor(.before), longRows(.before)], .before)
    /// The same of a slice in which only some messages match. Further values: how many positions the slice has; roles, identity, and
    /// between which dates, the later one excluded. The session's identity is its last position. The last row, if it has a date and
    /// no id, is the first message behind the slice.
    static let sliceAfter = slice(rows(.after, isFiltered: true), .after)
    static let sliceBefore = slice(rows(.before, isFiltered: true), .before)
    static let longSliceAfter = slice(longRows(.after, isFiltered: true), .after)
    static let longSliceBefore = slice(longRows(.before, isFiltered: true), .before)

    /// Values: session key, position, how many rows, and a length in bytes, the longest that a content or meta may have: one that is
    /// longer is NULL, so that a page of short messages does not pay for sums. Columns: position, and those of a message. Rows, in
    /// this order: the session, with its number and stamp for dates, and with how many messages it has for the assistant's id; the
    /// message that comes next on the other side of the position, if there is one, without an id (none is looked for on a first page);
    /// the messages, nearest to the position first. Without a session there are none.
    ///
    /// The parts are a union, not a join: it takes half of the planning, which Citus does twice for each request.
    private static func union(_ parts: [String], _ direction: KeysetDirection) -> String {
        """
        \(parts.map { "(\($0))" }.joined(separator: " UNION ALL "))
        ORDER BY \(Order(direction).nearest)
        """
    }

    private static func slice(_ rows: String, _ direction: KeysetDirection) -> String {
        let session = session(direction, identity: "last_position::text")
        return union([session, neighbor(direction), rows, behindSlice(direction)], direction)
    }

    /// What a direction is in SQL.
    private struct Order {
        let nearest, others: String
        let isOnPage, isOther: String
        let isInSlice, isBehindSlice: String

        init(_ direction: KeysetDirection) {
            let (ascending, descending) = ("position", "position DESC")
            switch direction {
            case .after:
                (nearest, others, isOnPage, isOther) = (ascending, descending, ">", "<=")
                (isInSlice, isBehindSlice) = ("<= $2::bigint + $5::bigint", "> $2::bigint + $5::bigint")
            case .before:
                (nearest, others, isOnPage, isOther) = (descending, ascending, "<", ">=")
                let last = "(SELECT last_position FROM session WHERE session_key = $1::bytea)"
                let end = "least($2::bigint, \(last) + 1) - $5::bigint"
                (isInSlice, isBehindSlice) = (">= \(end)", "< \(end)")
            }
        }
    }

    /// A position before all that are read in this direction.
    private static func start(_ direction: KeysetDirection) -> Int64 { direction == .after ? 0 : .max }

    /// The position from which a page is read.
    static func start(_ request: PageRequest<MessageCursor>) -> Int64 {
        request.anchor.cursor?.position ?? start(request.direction)
    }

    private static func session(_ direction: KeysetDirection, identity: String = "NULL::text") -> String {
        """
        SELECT \(start(direction))::bigint AS position, id, (last_position - deletions)::text, \(identity), NULL::text, NULL::text,
            NULL::text, number, stamp
        FROM session WHERE session_key = $1::bytea
        """
    }

    private static func neighbor(_ direction: KeysetDirection) -> String {
        let order = Order(direction)
        return """
            SELECT position, NULL, NULL, NULL, NULL, NULL, NULL, NULL::bigint, NULL::bigint
            FROM message WHERE session_key = $1::bytea AND position \(order.isOther) $2::bigint
            ORDER BY \(order.others) LIMIT 1
            """
    }

    private static func behindSlice(_ direction: KeysetDirection) -> String {
        let order = Order(direction)
        return """
            SELECT position, NULL, NULL, NULL, NULL, NULL, NULL, 0::bigint, NULL::bigint
            FROM message WHERE session_key = $1::bytea AND position \(order.isBehindSlice)
            ORDER BY \(order.nearest) LIMIT 1
            """
    }

    private static func nearest(_ direction: KeysetDirection, isFiltered: Bool) -> String {
        let order = Order(direction)
        let conditions = """
            AND position \(order.isInSlice) AND role = ANY ($6::text[]) AND ($7::text IS NULL OR identity = $7::text)
            AND date_created >= $8::bigint AND date_created < $9::bigint
            """
        return """
            FROM message WHERE session_key = $1::bytea AND position \(order.isOnPage) $2::bigint \(isFiltered ? conditions : "")
            ORDER BY \(order.nearest) LIMIT $3::bigint
            """
    }

    /// `octet_length` needs only what is stored in the row itself.
    private static func rows(_ direction: KeysetDirection, isFiltered: Bool = false) -> String {
        let columns = MessageRow.columns { "CASE WHEN octet_length(\($0)) <= $4::bigint THEN \($0) END" }
        return "SELECT position, \(columns) \(nearest(direction, isFiltered: isFiltered))"
    }

    private static func longRows(_ direction: KeysetDirection, isFiltered: Bool = false) -> String {
        let length = "octet_length(content) + octet_length(meta)"
        return """
            SELECT position, \(MessageRow.columns { $0 })
            FROM (
                SELECT *, row_number() OVER nearest AS row_number, sum(\(length)) OVER nearest - (\(length)) AS bytes_before
                FROM (SELECT * \(nearest(direction, isFiltered: isFiltered))) AS message
                WINDOW nearest AS (ORDER BY \(Order(direction).nearest) ROWS UNBOUNDED PRECEDING)
            ) AS message
            WHERE row_number <= 2 OR bytes_before <= $4::bigint
            """
    }

    /// The parts of a page: each a statement on one table and one key. The session's position counts in a union alone.
    static let sessionAlone = session(.after)
    static let (neighborAfter, rowsAfter) = (neighbor(.after), rows(.after))
    static let (neighborBefore, rowsBefore) = (neighbor(.before), rows(.before))
}
