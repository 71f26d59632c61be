/// What an account owns and a store keeps as a row of plain values, numbered in the order of creation. Its table's first
/// columns are `account_sid`, `id`, and `number`.
package protocol AccountRow: PageItem {
    associatedtype ID: Identifier
    /// A position in an account's list, which is in the order of the numbers.
    associatedtype Cursor: KeysetCursor

    static var table: StoredTable { get }

    var id: ID { get }
    var account: AccountSID { get }

    /// One for each column but the number, in their order.
    var values: [StoredValue] { get }

    /// Reads a value for each column, in their order.
    /// - Throws: `RowReader.WrongValue`.
    init(_ row: inout RowReader) throws
}

extension AccountRow {
    /// What is thrown where the account has none of an id.
    package static var notFound: StoreError { .notFound(.row(table)) }

    /// The columns that have a value in `values`, in the same order.
    package static var valueColumns: [Column] { table.columns.filter { $0 != .number } }
}

/// Creates, fetches, lists, changes, and deletes what accounts own, whichever it is. `Store` says what holds for every call.
package protocol AccountRowStore: Sendable {
    /// - Throws: `notFound(.account)`.
    func create<Item: AccountRow>(_ item: Item) async throws(StoreError)

    /// - Throws: `Item.notFound`.
    func fetch<Item: AccountRow>(
        _ type: Item.Type,
        _ id: Item.ID,
        in account: AccountSID
    ) async throws(StoreError) -> Item

    /// One page of an account's items, in the order of creation.
    func list<Item: AccountRow>(
        _ type: Item.Type,
        of account: AccountSID,
        page: PageRequest<Item.Cursor>
    ) async throws(StoreError) -> Page<Item, Item.Cursor>

    /// Changes an item, and gives it as it is then stored.
    /// - Parameter change: makes the item that is stored of the one that is there; called once. Account and id stay.
    /// - Throws: `Item.notFound`.
    func update<Item: AccountRow>(
        _ type: Item.Type,
        _ id: Item.ID,
        in account: AccountSID,
        _ change: @escaping @Sendable (Item) -> Item
    ) async throws(StoreError) -> Item

    /// - Throws: `Item.notFound`.
    func delete<Item: AccountRow>(_ type: Item.Type, _ id: Item.ID, in account: AccountSID) async throws(StoreError)
}
