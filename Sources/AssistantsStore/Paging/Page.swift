/// A page of a list whose items are few and small enough to be made values.
package struct Page<Item: Sendable, Cursor: Sendable>: Sendable {
    package let items: [Item]
    package let neighbors: PageNeighbors<Cursor>

    package init(items: [Item], neighbors: PageNeighbors<Cursor>) {
        self.items = items
        self.neighbors = neighbors
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
}

/// An item of a `Page`.
package protocol PageItem: Sendable {
    /// How many bytes of a page's budget it takes: its texts in JSON, and what is read with them.
    var pageLength: Int { get }
}

extension Session: PageItem {
    package var pageLength: Int {
        JSONText.stringLength(id.text) + JSONText.stringLength(assistantID.text) + JSONText.stringLength(identity)
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
