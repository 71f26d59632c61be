import AssistantsStore

/// The rows of a page as the database gave them.
struct MessagePage {
    private let all: PostgresRows
    private let rows: Range<Int>
    let version: SessionVersion
    let neighbors: PageNeighbors<MessageCursor>

    /// - Parameter all: what `MessagePageQuery` gave: one row at least, and one more than the page has where there is more.
    init(_ all: PostgresRows, for request: PageRequest<MessageCursor>) {
        self.init(all, all.result, for: request)
    }

    private init(
        _ all: PostgresRows,
        _ result: borrowing PostgresResult,
        for request: PageRequest<MessageCursor>
    ) {
        self.all = all
        let session = SessionNumber(result.integer(0, 0))
        version = SessionVersion(session: session, stamp: result.integer(0, 1))
        let hasOther = result.bool(0, 2)
        let count = result.isNull(0, 3) ? 0 : result.count
        let hasMore = count > request.size
        func cursor(_ position: Int64) -> MessageCursor { MessageCursor(session: session, position: position) }
        switch request.place {
        case .first, .after:
            rows = 0..<min(count, request.size)
            // The place before the page's first row, or right behind the cursor where the page has none.
            let edge: Int64 =
                if case .after(let cursor) = request.place, rows.isEmpty { cursor.position + 1 } else {
                    rows.isEmpty ? 1 : result.integer(0, 3)
                }
            neighbors = PageNeighbors(
                previous: hasOther ? cursor(edge) : nil,
                next: hasMore ? cursor(result.integer(rows.upperBound - 1, 3)) : nil
            )
        case .before(let place):
            // The row more is the one farthest from the cursor.
            rows = (hasMore ? 1 : 0)..<count
            let edge = rows.isEmpty ? place.position - 1 : result.integer(count - 1, 3)
            neighbors = PageNeighbors(
                previous: hasMore ? cursor(result.integer(rows.lowerBound, 3)) : nil,
                next: hasOther ? cursor(edge) : nil
            )
        }
    }

    func forEach(_ body: (borrowing MessageRow) -> Void) {
        Self.forEach(rows, of: all.result, body)
    }

    private static func forEach(
        _ rows: Range<Int>,
        of result: borrowing PostgresResult,
        _ body: (borrowing MessageRow) -> Void
    ) {
        for row in rows {
            body(
                MessageRow(
                    id: result.bytes(row, 4),
                    sessionID: result.bytes(row, 5),
                    assistantID: result.bytes(row, 6),
                    identity: result.bytes(row, 7),
                    role: result.bytes(row, 8),
                    content: result.bytes(row, 9),
                    meta: result.bytes(row, 10),
                    dateCreated: result.timestamp(row, 11),
                    dateUpdated: result.timestamp(row, 12)
                )
            )
        }
    }
}
