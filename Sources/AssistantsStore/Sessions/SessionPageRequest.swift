/// A page of an account's sessions, as it is asked for.
package struct SessionPageRequest<Cursor: SessionCursor>: Sendable {
    package let account: AccountSID
    package var page: PageRequest<Cursor>
    /// Which sessions the list has; `nil` for all of them.
    package let filter: SessionFilter?
    /// Whether each session comes with its `SessionSummary`.
    package let includesSummaries: Bool
    /// Whether an earlier slice of the page has told what lies on the near side of its anchor.
    package var isContinued = false

    package init(
        of account: AccountSID,
        page: PageRequest<Cursor>,
        matching filter: SessionFilter? = nil,
        includesSummaries: Bool = false
    ) {
        self.account = account
        self.page = page
        self.filter = filter
        self.includesSummaries = includesSummaries
    }

    /// Whether sessions are examined that the list may not have: not if the index finds all that match.
    package var isFiltered: Bool { filter.map { !Cursor.isRange($0) } ?? false }

    /// Whether reading it can take so long that others would notice.
    package var isScan: Bool { isFiltered && !page.scan.isShort }

    package var bounds: KeysetBounds<Cursor> { filter.map(Cursor.bounds) ?? KeysetBounds() }
}

/// A session in a list.
package struct ListedSession: Sendable {
    package let session: Session
    /// `nil` unless it was asked for.
    package let summary: SessionSummary?

    package init(_ session: Session, summary: SessionSummary? = nil) {
        self.session = session
        self.summary = summary
    }
}

/// What a session's messages are, at the moment at which the session was read.
package struct SessionSummary: Sendable {
    package let messageCount: Int64
    /// `nil` if all of its messages were deleted.
    package let lastMessage: Message?
    /// When the server last accepted, changed, or deleted one of its messages.
    package let lastActivity: Timestamp

    package init(messageCount: Int64, lastMessage: Message?, lastActivity: Timestamp) {
        self.messageCount = messageCount
        self.lastMessage = lastMessage
        self.lastActivity = lastActivity
    }
}
