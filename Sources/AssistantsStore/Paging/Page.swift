/// A page of a list whose items are few and small enough to be made values.
package struct Page<Item: Sendable, Cursor: Sendable>: Sendable {
    package let items: [Item]
    package let neighbors: PageNeighbors<Cursor>
    /// Whether the page ends behind a slice though it is not full, so that items behind it can match.
    package let isUnfinished: Bool

    package init(items: [Item], neighbors: PageNeighbors<Cursor>, isUnfinished: Bool = false) {
        self.items = items
        self.neighbors = neighbors
        self.isUnfinished = isUnfinished
    }
}

/// The pages on either side of one, where there was anything when it was read.
package struct PageNeighbors<Cursor: Sendable>: Sendable {
    /// The page before lies before this cursor.
    package let previous: Cursor?
    /// The next page lies after this cursor.
    package let next: Cursor?

    package init(previous: Cursor?, next: Cursor?) {
        self.previous = previous
        self.next = next
    }

    /// The page before, or the next one.
    func neighbor(isPrevious: Bool) -> Cursor? { isPrevious ? previous : next }
}

/// An item of a `Page`.
package protocol PageItem: Sendable {
    /// How many bytes of a page's budget it takes: its texts in JSON, and what is read with them.
    var pageLength: Int { get }
}

extension ListedSession: PageItem {
    package var pageLength: Int {
        JSONText.stringLength(session.id.text) + JSONText.stringLength(session.assistantID.text)
            + JSONText.stringLength(session.identity) + (summary?.lastMessage?.pageLength ?? 0)
    }
}

extension Message: PageItem {
    package var pageLength: Int {
        let strings = [id.text, sessionID.text, assistantID.text, identity, role.rawValue]
        return strings.reduce(content.text.utf8.count + meta.text.utf8.count) { $0 + JSONText.stringLength($1) }
    }
}

extension Assistant: PageItem {
    package var pageLength: Int {
        // The id is in the assistant's URL too, where a byte may become three.
        let strings = [id.text, details.name, details.owner, details.personalityPrompt, details.model]
        return strings.reduce(3 * id.text.utf8.count) { $0 + JSONText.stringLength($1) }
            + (details.sealedSegmentCredential?.count ?? 0)
    }
}
