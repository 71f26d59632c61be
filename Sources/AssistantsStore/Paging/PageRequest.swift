/// Which way a list goes through its items, by their cursors.
package enum ListOrder: String, CaseIterable, Sendable {
    case ascending = "asc"
    case descending = "desc"
}

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

        /// `nil` at the beginning of the list: only beside a cursor there may be items on both sides of the page.
        package var cursor: Cursor? {
            switch self {
            case .first: nil
            case .after(let cursor), .before(let cursor): cursor
            }
        }
    }

    package var anchor: Anchor
    /// The list's; the anchor is meant in it.
    package let order: ListOrder
    /// How many items at most: 1 or more.
    package let size: Int
    /// How many bytes at most. A page that ends because of it has a neighbor like one that is full.
    package let budget: PageBudget
    /// How much may be examined where a filter leaves items out.
    package var scan: ScanBudget

    package init(
        _ anchor: Anchor,
        in order: ListOrder = .ascending,
        size: Int,
        budget: PageBudget = PageBudget(),
        scan: ScanBudget = ScanBudget()
    ) {
        self.anchor = anchor
        self.order = order
        self.size = size
        self.budget = budget
        self.scan = scan
    }

    /// Whether the items are read from the page's last to its first, because they are the nearest to a cursor behind them.
    package var isReadBackward: Bool {
        if case .before = anchor { true } else { false }
    }

    /// - Parameters:
    ///   - near: the item nearest to the anchor, if there is anything on the anchor's other side.
    ///   - far: the item farthest from it, if there is anything behind that.
    package func neighbors(near: Cursor?, far: Cursor?) -> PageNeighbors<Cursor> {
        isReadBackward ? PageNeighbors(previous: far, next: near) : PageNeighbors(previous: near, next: far)
    }

    /// Which way the items are read from the anchor.
    package var direction: KeysetDirection {
        (order == .ascending) != isReadBackward ? .after : .before
    }
}
