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
    private static let sessionAlone = session(.after)
    private static let (neighborAfter, rowsAfter) = (neighbor(.after), rows(.after))
    private static let (neighborBefore, rowsBefore) = (neighbor(.before), rows(.before))

    // MARK: Running

    /// What a page of a session is read by.
    struct Statements {
        let page, longPage: String
        let rows: String
        /// `nil` on a list's first page.
        let neighbor: String?
        let position: Int64
        let size: Int
        let maximumLength: Int
        let budget: Int
        /// Those of a slice; none without a filter.
        let filterValues: [(any PostgresValue)?]
        var isSlice: Bool { !filterValues.isEmpty }
        /// Whether it takes so long that others would notice.
        let isScan: Bool

        init(_ request: PageRequest<MessageCursor>, matching filter: MessageFilter? = nil) {
            let isForward = request.direction == .after
            if filter != nil {
                page = isForward ? sliceAfter : sliceBefore
                neighbor = nil
            } else if request.anchor.cursor == nil {
                page = isForward ? first : firstDescending
                neighbor = nil
            } else {
                page = isForward ? after : before
                neighbor = isForward ? neighborAfter : neighborBefore
            }
            position = start(request)
            longPage =
                if filter != nil {
                    isForward ? longSliceAfter : longSliceBefore
                } else {
                    isForward ? longAfter : longBefore
                }
            isScan = filter != nil && !request.scan.isShort
            filterValues = filter.map { [request.scan.slice] + $0.values } ?? []
            rows = isForward ? rowsAfter : rowsBefore
            size = request.size
            budget = request.budget.bytes
            maximumLength = budget / 2 / (size + 1)
        }

        func values(_ session: SessionKey, length: Int) -> [(any PostgresValue)?] {
            [session.bytes, position, size + 1, length] + filterValues
        }

        /// The parts of `page`, and the session once more.
        func parts(_ key: SessionKey) -> [PostgresStatement] {
            let session = PostgresStatement(sessionAlone, [key.bytes])
            let rows = PostgresStatement(rows, values(key, length: maximumLength))
            guard let neighbor else { return [session, rows, session] }
            return [session, PostgresStatement(neighbor, [key.bytes, position]), rows, session]
        }
    }

    /// With a cursor, the page of the cursor's session, which must be one that the reference could mean; else of the nearest
    /// that there is.
    /// - Returns: `nil` where that session is at the version that is known.
    /// - Throws: `notFound(.session)`, `StoreError.cursorOfAnotherSession`.
    static func run(
        _ reference: SessionReference,
        in account: AccountSID,
        page request: PageRequest<MessageCursor>,
        at anchor: MessageAnchor?,
        matching filter: MessageFilter?,
        unless known: SessionVersion?,
        on store: PostgresStore
    ) async throws(StoreError) -> MessagePage? {
        let statements = Statements(request, matching: filter)
        func isMeant(_ session: SessionNumber) -> Bool {
            request.anchor.cursor.map { $0.session == session } ?? true
        }
        var isAnyThere = false
        for candidate in reference.candidates {
            let key = SessionKey(candidate, in: account)
            if let known {
                let found = try await store.query(version, [key.bytes], on: store.readers(of: key).pool)
                guard let current = SessionVersion(found.result) else { continue }
                guard isMeant(current.session) else {
                    isAnyThere = true
                    continue
                }
                if current == known { return nil }
            }
            // Another one may be what is meant by now: the session can have been deleted meanwhile.
            let page =
                if let anchor {
                    try await page(request, at: anchor, of: key, matching: filter, on: store)
                } else {
                    try await rows(of: key, statements, on: store).map {
                        MessagePage($0, for: request, isSlice: statements.isSlice)
                    }
                }
            guard let page else { continue }
            isAnyThere = true
            if isMeant(page.place.version.session) { return page }
        }
        throw isAnyThere ? .cursorOfAnotherSession : .notFound(.session)
    }

    /// The page that an anchor chooses, in one state with the anchor's message.
    /// - Returns: `nil` where there is no session.
    private static func page(
        _ request: PageRequest<MessageCursor>,
        at anchor: MessageAnchor,
        of key: SessionKey,
        matching filter: MessageFilter?,
        on store: PostgresStore
    ) async throws(StoreError) -> MessagePage? {
        try await store.readOneState(on: filter == nil || request.scan.isShort ? nil : store.scanners) { connection in
            let found = try connection.run(position, [key.bytes, anchor.id])
            guard found.count > 0 else { return nil }
            guard !found.isNull(0, 1) else { throw StoreError.notFound(.message) }
            let cursor = MessageCursor(session: SessionNumber(found.integer(0, 0)), position: found.integer(0, 1))
            let request = try request.at(anchor.place, cursor) { before in
                try page(before, of: key, matching: filter, &connection)?.farthest
            }
            return try page(request, of: key, matching: filter, &connection)
        }
    }

    private static func page(
        _ request: PageRequest<MessageCursor>,
        of key: SessionKey,
        matching filter: MessageFilter?,
        _ connection: inout PostgresConnection
    ) throws -> MessagePage? {
        let statements = Statements(request, matching: filter)
        let length = statements.maximumLength
        var rows = MessagePageRows(
            PostgresRows(try connection.run(statements.page, statements.values(key, length: length))),
            isSlice: statements.isSlice
        )
        if rows?.isAnyLeftOut == true {
            let values = statements.values(key, length: statements.budget)
            rows = MessagePageRows(
                PostgresRows(try connection.run(statements.longPage, values)),
                isSlice: statements.isSlice
            )
        }
        return rows.map { MessagePage($0, for: request, isSlice: statements.isSlice) }
    }

    /// - Returns: `nil` where there is no session.
    private static func rows(
        of key: SessionKey,
        _ statements: Statements,
        on store: PostgresStore
    ) async throws(StoreError) -> MessagePageRows? {
        let (readers, isNode) = statements.isScan ? (store.scanners, false) : store.readers(of: key)
        var rows: MessagePageRows?
        // The node of Citus that stores a session keeps plans for statements on one table and one key, but plans a union each time.
        if isNode, !statements.isSlice {
            let parts = try await store.queries(statements.parts(key), on: readers)
            if parts.first?.result.count == 0, parts.last?.result.count == 0 { return nil }
            rows = MessagePageRows(parts: parts)
        }
        if rows == nil {
            let values = statements.values(key, length: statements.maximumLength)
            rows = MessagePageRows(
                try await store.query(statements.page, values, on: readers),
                isSlice: statements.isSlice
            )
        }
        guard rows?.isAnyLeftOut == true else { return rows }
        let values = statements.values(key, length: statements.budget)
        return MessagePageRows(
            try await store.query(statements.longPage, values, on: readers),
            isSlice: statements.isSlice
        )
    }
}

extension MessageFilter {
    /// What a slice is filtered by.
    fileprivate var values: [(any PostgresValue)?] {
        let roles = roles.isEmpty ? MessageRole.allCases : Array(roles)
        return [
            TextArray(roles.map(\.rawValue)), identity, created.start?.microseconds ?? .min,
            created.end?.microseconds ?? .max,
        ]
    }
}

extension SessionVersion {
    /// Of a result of `MessagePageQuery.version`; `nil` where there is no session.
    fileprivate init?(_ result: borrowing PostgresResult) {
        guard result.count > 0 else { return nil }
        self.init(session: SessionNumber(result.integer(0, 0)), stamp: result.integer(0, 1))
    }
}
