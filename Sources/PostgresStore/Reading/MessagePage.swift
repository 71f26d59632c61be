import AssistantsStore

/// The rows of a page as the database gave them.
struct MessagePage {
    private let all: PostgresRows
    /// Those of the page's messages, nearest to the cursor first.
    private let rows: Range<Int>
    private let isBackward: Bool
    let version: SessionVersion
    let neighbors: PageNeighbors<MessageCursor>

    /// Whether a result of `MessagePageQuery` lacks a message's content or meta, because it is long.
    static func isAnyLeftOut(of result: borrowing PostgresResult) -> Bool {
        for row in firstMessage(of: result)..<max(firstMessage(of: result), result.count)
        where MessageRow.lacksText(row, of: result, from: 1) {
            return true
        }
        return false
    }

    /// - Parameter all: what `MessagePageQuery` gave, with one message more than the page has where there is more.
    /// - Returns: `nil` where there is no session.
    init?(_ all: PostgresRows, for request: PageRequest<MessageCursor>) {
        guard all.result.count > 0 else { return nil }
        self.init(all, all.result, for: request)
    }

    private init(
        _ all: PostgresRows,
        _ result: borrowing PostgresResult,
        for request: PageRequest<MessageCursor>
    ) {
        self.all = all
        let session = SessionNumber(result.integer(0, 7))
        version = SessionVersion(session: session, stamp: result.integer(0, 8))
        let first = Self.firstMessage(of: result)
        let size = Self.size(of: request, in: result, from: first)
        rows = first..<first + size
        let hasOther = first > 1
        let hasMore = rows.upperBound < result.count
        func cursor(_ position: Int64) -> MessageCursor { MessageCursor(session: session, position: position) }
        // Where the page has no rows, the position right behind the cursor, or before it.
        let empty: Int64 =
            switch request.anchor {
            case .first: 1
            case .after(let cursor): cursor.position + 1
            case .before(let cursor): cursor.position - 1
            }
        let other = hasOther ? cursor(rows.isEmpty ? empty : result.integer(first, 0)) : nil
        let more = hasMore ? cursor(result.integer(rows.upperBound - 1, 0)) : nil
        isBackward = if case .before = request.anchor { true } else { false }
        neighbors =
            isBackward ? PageNeighbors(previous: more, next: other) : PageNeighbors(previous: other, next: more)
    }

    /// The row behind those of the session and of the neighbor on the other side, which has no id.
    private static func firstMessage(of result: borrowing PostgresResult) -> Int {
        result.count > 1 && result.isNull(1, 1) ? 2 : 1
    }

    /// How many of the messages are on the page, nearest to the cursor first.
    private static func size(
        of request: PageRequest<MessageCursor>,
        in result: borrowing PostgresResult,
        from first: Int
    ) -> Int {
        var room = PageRoom(request.budget)
        var size = 0
        while size < min(result.count - first, request.size) {
            guard room.takes(message(first + size, of: result).maximumJSONLength) else { break }
            size += 1
        }
        return size
    }

    func forEach(_ body: (borrowing MessageRow) -> Void) {
        Self.forEach(rows, isBackward: isBackward, of: all.result, body)
    }

    private static func forEach(
        _ rows: Range<Int>,
        isBackward: Bool,
        of result: borrowing PostgresResult,
        _ body: (borrowing MessageRow) -> Void
    ) {
        for index in rows {
            body(message(isBackward ? rows.lowerBound + rows.upperBound - 1 - index : index, of: result))
        }
    }

    @_lifetime(borrow result)
    private static func message(_ row: Int, of result: borrowing PostgresResult) -> MessageRow {
        MessageRow.row(row, of: result, from: 1)
    }
}
