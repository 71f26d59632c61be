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

    /// Which messages a list has, and how.
    struct Listing {
        let order: ListOrder
        /// `nil` for any.
        let role: String?
        let size: Int
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
    /// The number of the latest of the changes to any session that was one of it.
    var lastChange = 0

    func place(of id: String) -> Int? {
        messages.firstIndex { $0?.id == id }
    }

    /// All that a list has.
    func messages(in listing: Listing) -> [Message] {
        let found = messages.compactMap(\.self).filter { listing.role == nil || listing.role == $0.role }
        return listing.order == .ascending ? found : found.reversed()
    }

    /// - Parameter listing: in it, the places of a list that is newest first are negative.
    func page(_ place: Place, in listing: Listing) -> Page {
        let (isForward, size) = (listing.order == .ascending, listing.size)
        let there = messages.indices.filter { index in
            messages[index].map { listing.role == nil || listing.role == $0.role } ?? false
        }.map { isForward ? $0 : -$0 }.sorted()
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
    func place(around place: Int, in listing: Listing) -> Place {
        let isForward = listing.order == .ascending
        let (place, before) = (isForward ? place : -place, listing.size / 2)
        let half = Listing(order: listing.order, role: listing.role, size: max(before, 1))
        let first = page(.before(place), in: half)
        let index = before > 0 ? first.messages.first.flatMap { self.place(of: $0.id) } : nil
        let start = index.map { isForward ? $0 : -$0 } ?? place
        return .after(start - 1)
    }
}
