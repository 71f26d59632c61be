/// Which page of a list is wanted.
package struct PageRequest<Cursor: Sendable>: Sendable {
    /// Where the page lies.
    package enum Anchor: Sendable {
        /// At the beginning of the list.
        case first
        /// The items behind the cursor, nearest first.
        case after(Cursor)
        /// The items before the cursor: the nearest ones, in the list's order.
        case before(Cursor)
    }

    package let anchor: Anchor
    /// How many items at most: 1 or more.
    package let size: Int
    /// How many bytes at most. A page that ends because of it has a neighbor like one that is full.
    package let budget: PageBudget

    package init(_ anchor: Anchor, size: Int, budget: PageBudget = PageBudget()) {
        self.anchor = anchor
        self.size = size
        self.budget = budget
    }
}
