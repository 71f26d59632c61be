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

/// Attaches an item to an assistant. Its table's columns have an `assistant_id`.
package protocol AttachmentRow: AccountRow {
    associatedtype Item: AccountRow

    var itemID: Item.ID { get }
}

/// Restricts a list to the rows of one owner, which their column `<kind>_id` names. The table has an index for it.
package struct RowOwner: Sendable {
    /// As in `tool`.
    package let kind: String
    package let id: String

    package static func assistant(_ id: AssistantID) -> RowOwner { RowOwner(kind: "assistant", id: id.text) }
    package static func tool(_ id: ToolID) -> RowOwner { RowOwner(kind: "tool", id: id.text) }

    package var column: String { "\(kind)_id" }
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
    /// - Parameter owner: whose items they are; `nil` for all. Attachments are listed by their owner alone.
    func list<Item: AccountRow>(
        _ type: Item.Type,
        of account: AccountSID,
        owner: RowOwner?,
        page: PageRequest<Item.Cursor>
    ) async throws(StoreError) -> Page<Item, Item.Cursor>

    /// One page of the items that are attached to an assistant, in the order in which they were attached. None if there is no such assistant.
    func items<Attachment: AttachmentRow>(
        _ type: Attachment.Type,
        attachedTo assistant: AssistantID,
        in account: AccountSID,
        page: PageRequest<Attachment.Cursor>
    ) async throws(StoreError) -> Page<Attachment.Item, Attachment.Cursor>

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

    /// Makes a change in one transaction, which may be begun again after a conflict with another one.
    /// - Throws: what the change throws.
    func perform<Write: StoreWrite>(_ write: Write) async throws(StoreError) -> Write.Value
}
