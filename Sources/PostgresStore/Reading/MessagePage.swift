import AssistantsStore
import TextSearch

/// A page, and the rows that it is made of.
struct MessagePage {
    private let rows: MessagePageRows
    /// How many messages are on the page.
    private let count: Int
    /// Which of the rows these are, if not the first ones; nearest to the cursor first.
    private let indices: [Int]?
    private let isReadBackward: Bool
    let place: MessagePagePlace

    /// - Parameters:
    ///   - rows: with one message more than the page has where there is more. With a query, all that match otherwise, up to the first that
    ///     exceeds the page's budget together with those before it.
    ///   - query: what messages on the page have.
    init(_ rows: MessagePageRows, for request: PageRequest<MessageCursor>, matching query: SearchQuery? = nil) {
        var room = PageRoom(request.budget)
        var count = 0
        var indices: [Int]? = query == nil ? nil : []
        var examined = 0
        while examined < rows.count {
            if query.map({ query in rows.withMessage(examined) { query.matches($0.content) } }) ?? true {
                guard count < request.size, room.takes(rows.withMessage(examined, { $0.maximumJSONLength })) else {
                    break
                }
                count += 1
                indices?.append(examined)
            }
            examined += 1
        }
        /// Whether rows behind the last one were not read, because these are long.
        let isCut = query != nil && examined == rows.count && rows.contentLength > request.budget.bytes
        func cursor(_ position: Int64) -> MessageCursor {
            MessageCursor(session: rows.version.session, position: position)
        }
        let start = MessagePageQuery.start(request)
        let step: Int64 = request.direction == .after ? 1 : -1
        // Where the page is empty, the position right behind the cursor, or before it.
        let nearest = count > 0 ? rows.position(indices?.first ?? 0) : start &+ step
        let farthest = count > 0 ? rows.position(indices?.last ?? count - 1) : start
        isReadBackward = request.isReadBackward
        /// The farthest position that was examined.
        var examinedTo = farthest
        var hasMore = examined < rows.count
        if rows.isSlice {
            var next = rows.behindSlice
            if hasMore { next = rows.position(examined) } else if isCut { next = rows.position(examined - 1) + step }
            examinedTo = next.map { $0 - step } ?? (step > 0 ? max(start, rows.lastPosition) : 1)
            hasMore = next != nil
        }
        place = MessagePagePlace(
            neighbors: request.neighbors(
                near: rows.hasOther ? cursor(nearest) : nil,
                far: hasMore ? cursor(examinedTo) : nil
            ),
            first: count > 0 ? cursor(isReadBackward ? farthest : nearest) : nil,
            end: cursor(isReadBackward ? nearest : examinedTo),
            version: rows.version,
            isUnfinished: rows.isSlice && hasMore && examined == rows.count && count < request.size,
            total: rows.total
        )
        self.rows = rows
        self.count = count
        self.indices = indices
    }

    func forEach(_ body: (borrowing MessageRow) -> Void) {
        for number in 0..<count {
            let number = isReadBackward ? count - 1 - number : number
            rows.withMessage(indices?[number] ?? number, body)
        }
    }
}
