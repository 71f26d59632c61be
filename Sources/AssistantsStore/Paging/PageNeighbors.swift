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
