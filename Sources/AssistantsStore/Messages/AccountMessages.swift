/// A page of an account's messages, as it is asked for: in `.descending` order, the sessions that the store created last come first, and
/// within each the messages that it accepted last.
package struct AccountMessagesRequest: Sendable {
    package let account: AccountSID
    package var page: PageRequest<AccountMessageCursor>
    package let filter: MessageFilter
    /// Whether an earlier slice of the page has told what lies on the near side of its anchor.
    package var isContinued = false

    package init(of account: AccountSID, page: PageRequest<AccountMessageCursor>, matching filter: MessageFilter) {
        self.account = account
        self.page = page
        self.filter = filter
    }
}

/// A position in an account's messages: in the order in which the store created their sessions.
package struct AccountMessageCursor: KeysetCursor {
    package static let kind: UInt8 = 5
    package static let columns = MessageCursor.columns

    /// No message has a position as high.
    package static let maximumPosition = Int64.max - 1

    package let session: SessionNumber
    /// Of the message in its session.
    package var position: Int64

    package init(session: SessionNumber, position: Int64) {
        (self.session, self.position) = (session, position)
    }

    /// Behind all messages of a session, in the direction of reading.
    package static func end(of session: SessionNumber, _ direction: KeysetDirection) -> AccountMessageCursor {
        AccountMessageCursor(session: session, position: direction == .after ? maximumPosition : 0)
    }

    /// The first session that can have messages beyond this cursor.
    package func firstSession(_ direction: KeysetDirection) -> SessionNumber {
        switch direction {
        case .after: position == Self.maximumPosition ? SessionNumber(session.value &+ 1) : session
        // Positions begin at 1.
        case .before: position <= 1 ? SessionNumber(session.value &- 1) : session
        }
    }

    package var values: [Int64] { [session.value, position] }

    package init(values: [Int64]) {
        self.init(session: SessionNumber(values[0]), position: values[1])
    }
}

extension MessageStore {
    /// Reads a page of an account's messages that match the request's filter. Reads slices until the page is full or the `ScanBudget` is
    /// spent; only then can a page be empty and still have a neighbor in the direction of reading.
    ///
    /// In the opposite direction there is a neighbor if a slice there has a match or does not reach the end.
    /// - Throws: `unavailable` if the task is cancelled.
    package func matchingMessages(
        _ request: AccountMessagesRequest
    ) async throws(StoreError) -> Page<Message, AccountMessageCursor> {
        try await request.page.matches { (page, isContinued) throws(StoreError) in
            var slice = request
            (slice.page, slice.isContinued) = (page, isContinued)
            return try await messages(slice)
        }
    }
}
