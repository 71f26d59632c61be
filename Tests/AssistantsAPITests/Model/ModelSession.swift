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

    func page(_ place: Place, size: Int) -> Page {
        let there = messages.indices.filter { messages[$0] != nil }
        func neighbor(_ isThere: Bool, _ place: Place) -> Place? { isThere ? place : nil }
        let found: [Int]
        let previous: Place?
        let next: Place?
        switch place {
        case .first, .after:
            let start = if case .after(let start) = place { start } else { -1 }
            let behind = there.filter { $0 > start }
            found = Array(behind.prefix(size))
            next = behind.count > size ? .after(found[size - 1]) : nil
            let edge = found.first ?? start + 1
            previous = neighbor(place != .first && there.contains { $0 < edge }, .before(edge))
        case .before(let end):
            let before = there.filter { $0 < end }
            found = Array(before.suffix(size))
            previous = before.count > size ? .before(found[0]) : nil
            let edge = found.last ?? end - 1
            next = neighbor(there.contains { $0 > edge }, .after(edge))
        }
        return Page(messages: found.compactMap { messages[$0] }, previous: previous, next: next)
    }
}
