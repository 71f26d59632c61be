/// A message by which a page of its session's messages is chosen.
package struct MessageAnchor: Sendable {
    /// Where the page lies, in the order of the list.
    package enum Place: Sendable {
        /// It begins behind the message.
        case after
        /// It has the message, and in front of that as many others as are half of its size and fit into half of its budget.
        /// Not with a filter: `readMatchingMessages` reads such a page in parts.
        case around
        /// It ends in front of the message.
        case before
    }

    package let place: Place
    package let id: MessageID

    package init(_ place: Place, _ id: MessageID) {
        self.place = place
        self.id = id
    }
}

extension PageRequest where Cursor == MessageCursor {
    /// The page that an anchor chooses, whose message is at `cursor`.
    /// - Parameter first: the first message of a page that lies in front of the cursor.
    package func at(
        _ place: MessageAnchor.Place,
        _ cursor: MessageCursor,
        first: (_ before: PageRequest) throws -> MessageCursor?
    ) rethrows -> PageRequest {
        var page = self
        switch place {
        case .after: page.anchor = .after(cursor)
        case .before: page.anchor = .before(cursor)
        case .around:
            var start = cursor
            if size > 1 {
                let half = PageBudget(bytes: budget.bytes / 2, overhead: budget.overhead)
                start = try first(PageRequest(.before(cursor), in: order, size: size / 2, budget: half)) ?? cursor
            }
            page.anchor = .after(start.moved(by: order == .ascending ? -1 : 1))
        }
        return page
    }
}
