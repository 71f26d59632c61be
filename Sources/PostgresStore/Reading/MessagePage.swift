import AssistantsStore

/// A page, and the rows that it is made of.
struct MessagePage {
    private let rows: MessagePageRows
    /// How many of the messages are on the page, nearest to the cursor first.
    private let count: Int
    private let isReadBackward: Bool
    let place: MessagePagePlace

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
        let start = MessagePageQuery.start(request)
        let step: Int64 = request.direction == .after ? 1 : -1
        // Where the page is empty, the position right behind the cursor, or before it.
        let nearest = count > 0 ? rows.position(0) : start &+ step
        let farthest = count > 0 ? rows.position(count - 1) : start
        isReadBackward = request.isReadBackward
        /// The farthest position that was examined.
        var examinedTo = farthest
        if rows.isSlice {
            let next = rows.count > count ? rows.position(count) : rows.behindSlice
            examinedTo = next.map { $0 - step } ?? (step > 0 ? max(start, rows.lastPosition) : 1)
        }
        place = MessagePagePlace(
            neighbors: request.neighbors(
                near: rows.hasOther ? cursor(nearest) : nil,
                far: rows.count > count || rows.behindSlice != nil ? cursor(examinedTo) : nil
            ),
            first: count > 0 ? cursor(isReadBackward ? farthest : nearest) : nil,
            end: cursor(isReadBackward ? nearest : examinedTo),
            version: rows.version,
            isUnfinished: rows.behindSlice != nil && rows.count == count && count < request.size,
            total: rows.total
        )
        self.rows = rows
        self.count = count
    }

    func forEach(_ body: (borrowing MessageRow) -> Void) {
        for index in 0..<count { rows.withMessage(isReadBackward ? count - 1 - index : index, body) }
    }
}
