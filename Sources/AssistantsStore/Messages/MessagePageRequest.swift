/// A page of a session's messages, as it is asked for.
package struct MessagePageRequest: Sendable {
    package var session: SessionReference
    package let account: AccountSID
    package var page: PageRequest<MessageCursor>
    /// What chooses the page in place of `page.anchor`, which is then `.first`.
    package var anchor: MessageAnchor?
    /// Which messages the list has; `nil` for all of them.
    package var filter: MessageFilter?
    /// The version of a cached page; if the session still has it, only the session is read.
    package var known: SessionVersion?

    package init(
        of session: SessionReference,
        in account: AccountSID,
        page: PageRequest<MessageCursor>,
        at anchor: MessageAnchor? = nil,
        matching filter: MessageFilter? = nil,
        unless known: SessionVersion? = nil
    ) {
        self.session = session
        self.account = account
        self.page = page
        self.anchor = anchor
        self.filter = filter
        self.known = known
    }

    /// Whether reading it can take so long that others would notice.
    package var isScan: Bool { filter != nil && !page.scan.isShort }

    /// Whether the page is read from its last message to its first, whatever chooses it.
    var isReadBackward: Bool { page.isReadBackward || anchor?.place == .before }
}
