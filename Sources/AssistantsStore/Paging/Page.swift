/// A page of a list whose items are few and small enough to be made values.
package struct Page<Item: Sendable, Cursor: Sendable>: Sendable {
    package let items: [Item]
    package let neighbors: PageNeighbors<Cursor>

    package init(items: [Item], neighbors: PageNeighbors<Cursor>) {
        self.items = items
        self.neighbors = neighbors
    }
}
