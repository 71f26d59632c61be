/// Which page of a list is wanted.
package struct PageRequest<Cursor: Sendable>: Sendable {
    /// Where the page lies.
    package enum Place: Sendable {
        /// At the beginning of the list.
        case first
        /// What follows the cursor's place, nearest first.
        case after(Cursor)
        /// What precedes the cursor's place: the nearest, in the list's order.
        case before(Cursor)
    }

    package let place: Place
    /// How many items at most: 1 or more.
    package let size: Int
    /// How many bytes at most. A page that ends because of it has a neighbor like one that is full.
    package let budget: PageBudget

    package init(_ place: Place, size: Int, budget: PageBudget = PageBudget()) {
        self.place = place
        self.size = size
        self.budget = budget
    }
}
