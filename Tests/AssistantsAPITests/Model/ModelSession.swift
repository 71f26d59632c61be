import AssistantsStore

/// A session as the simplest thing that could be right: an array, whose indices are the messages' places.
struct ModelSession {
    /// As a client sees it, told from the others by a number in its content.
    struct Message: Equatable {
        let id: String
        let role: String
        var content: Int
        var meta: Int?
    }

    /// Where a page lies: behind a place, or before one.
    enum Place: Equatable {
        case first
        case after(Int)
        case before(Int)
    }

    struct Page {
        let messages: [Message]
        let previous: Place?
        let next: Place?
        /// What is behind the page, and what comes there later.
        let end: Place
    }

    let id: String
    /// Tells it from one of the same id that was deleted.
    let number: Int
    /// `nil` where a message was deleted.
    var messages: [Message?] = []
    /// How often its messages have changed.
    var changes = 0

    func place(of id: String) -> Int? {
        messages.firstIndex { $0?.id == id }
    }

    /// - Parameter order: in it, the places of a list that is newest first are negative.
    func page(_ place: Place, in order: ListOrder, size: Int) -> Page {
        let isForward = order == .ascending
        let there = messages.indices.filter { messages[$0] != nil }.map { isForward ? $0 : -$0 }.sorted()
        func neighbor(_ isThere: Bool, _ place: Place) -> Place? { isThere ? place : nil }
        let found: [Int]
        let previous: Place?
        let next: Place?
        let end: Int
        switch place {
        case .first, .after:
            let start = if case .after(let start) = place { start } else { isForward ? -1 : -messages.count }
            let behind = there.filter { $0 > start }
            found = Array(behind.prefix(size))
            next = behind.count > size ? .after(found[size - 1]) : nil
            let edge = found.first ?? start + 1
            previous = neighbor(place != .first && there.contains { $0 < edge }, .before(edge))
            end = found.last ?? start
        case .before(let bound):
            let before = there.filter { $0 < bound }
            found = Array(before.suffix(size))
            previous = before.count > size ? .before(found[0]) : nil
            let edge = found.last ?? bound - 1
            next = neighbor(there.contains { $0 > edge }, .after(edge))
            end = edge
        }
        return Page(
            messages: found.compactMap { messages[abs($0)] },
            previous: previous,
            next: next,
            end: .after(end)
        )
    }

    /// Where the page begins that has a message with half of its size before it.
    func place(around place: Int, in order: ListOrder, size: Int) -> Place {
        let (place, before) = (order == .ascending ? place : -place, size / 2)
        let first = page(.before(place), in: order, size: max(before, 1))
        let index = before > 0 ? first.messages.first.flatMap { self.place(of: $0.id) } : nil
        let start = index.map { order == .ascending ? $0 : -$0 } ?? place
        return .after(start - 1)
    }
}
