import AssistantsStore

/// A page, and the rows that it is made of.
struct MessagePage {
    private let rows: MessagePageRows
    /// How many of the messages are on the page, nearest to the cursor first.
    private let count: Int
    private let isBackward: Bool
    let neighbors: PageNeighbors<MessageCursor>

    var version: SessionVersion { rows.version }

    /// - Parameter rows: with one message more than the page has where there is more.
    init(_ rows: MessagePageRows, for request: PageRequest<MessageCursor>) {
        var room = PageRoom(request.budget)
        var count = 0
        while count < min(rows.count, request.size) {
            guard room.takes(rows.withMessage(count, { $0.maximumJSONLength })) else { break }
            count += 1
        }
        func cursor(_ position: Int64) -> MessageCursor {
            MessageCursor(session: rows.version.session, position: position)
        }
        // Where the page is empty, the position right behind the cursor, or before it.
        let edge: Int64 =
            switch request.anchor {
            case _ where count > 0: rows.position(0)
            case .first: 1
            case .after(let cursor): cursor.position + 1
            case .before(let cursor): cursor.position - 1
            }
        let other = rows.hasOther ? cursor(edge) : nil
        let more = rows.count > count ? cursor(rows.position(count - 1)) : nil
        isBackward = if case .before = request.anchor { true } else { false }
        neighbors =
            isBackward ? PageNeighbors(previous: more, next: other) : PageNeighbors(previous: other, next: more)
        self.rows = rows
        self.count = count
    }

    func forEach(_ body: (borrowing MessageRow) -> Void) {
        for index in 0..<count { rows.withMessage(isBackward ? count - 1 - index : index, body) }
    }
}
