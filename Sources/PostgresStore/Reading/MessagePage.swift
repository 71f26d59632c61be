import AssistantsStore

/// The rows of a page as the database gave them.
struct MessagePage {
    private let all: PostgresRows
    private let rows: Range<Int>
    let version: SessionVersion
    let neighbors: PageNeighbors<MessageCursor>

    /// Whether a result of `MessagePageQuery` lacks a message's content or meta, because it is long.
    static func isAnyLeftOut(of result: borrowing PostgresResult) -> Bool {
        guard !result.isNull(0, 3) else { return false }
        for row in 0..<result.count where MessageRow.lacksText(row, of: result, from: 4) { return true }
        return false
    }

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
        let size = Self.size(of: request, in: result, count: count)
        let hasMore = count > size
        func cursor(_ position: Int64) -> MessageCursor { MessageCursor(session: session, position: position) }
        switch request.anchor {
        case .first, .after:
            rows = 0..<size
            // The position of the page's first row, or the one right behind the cursor where the page has none.
            let edge: Int64 =
                if case .after(let cursor) = request.anchor, rows.isEmpty { cursor.position + 1 } else {
                    rows.isEmpty ? 1 : result.integer(0, 3)
                }
            neighbors = PageNeighbors(
                previous: hasOther ? cursor(edge) : nil,
                next: hasMore ? cursor(result.integer(rows.upperBound - 1, 3)) : nil
            )
        case .before(let end):
            // The rows more are those farthest from the cursor.
            rows = count - size..<count
            let edge = rows.isEmpty ? end.position - 1 : result.integer(count - 1, 3)
            neighbors = PageNeighbors(
                previous: hasMore ? cursor(result.integer(rows.lowerBound, 3)) : nil,
                next: hasOther ? cursor(edge) : nil
            )
        }
    }

    /// How many of the rows are on the page, nearest to the cursor first.
    private static func size(
        of request: PageRequest<MessageCursor>,
        in result: borrowing PostgresResult,
        count: Int
    ) -> Int {
        let isBackward = if case .before = request.anchor { true } else { false }
        var room = PageRoom(request.budget)
        var size = 0
        while size < min(count, request.size) {
            let row = isBackward ? count - 1 - size : size
            guard room.takes(message(row, of: result).maximumJSONLength) else { break }
            size += 1
        }
        return size
    }

    func forEach(_ body: (borrowing MessageRow) -> Void) {
        Self.forEach(rows, of: all.result, body)
    }

    private static func forEach(
        _ rows: Range<Int>,
        of result: borrowing PostgresResult,
        _ body: (borrowing MessageRow) -> Void
    ) {
        for row in rows { body(message(row, of: result)) }
    }

    @_lifetime(borrow result)
    private static func message(_ row: Int, of result: borrowing PostgresResult) -> MessageRow {
        MessageRow.row(row, of: result, from: 4)
    }
}
