/// What an account owns and a store keeps as a row of plain values, numbered in the order of creation. Its table's first
/// columns are `account_sid`, `id`, and `number`.
package protocol AccountRow: PageItem {
    associatedtype ID: Identifier
    /// A place in an account's list, which is in the order of the numbers.
    associatedtype Cursor: KeysetCursor

    static var table: StoredTable { get }
    /// What is thrown where the account has none of an id.
    static var notFound: StoreError { get }

    var id: ID { get }
    var account: AccountSID { get }

    /// One for each column but the number, in their order.
    var values: [StoredValue] { get }

    /// Reads a value for each column, in their order.
    /// - Throws: `RowReader.WrongValue`.
    init(_ row: inout RowReader) throws
}

extension AccountRow {
    /// The columns that have a value in `values`, in the same order.
    package static var valueColumns: [Column] { table.columns.filter { $0 != .number } }
}
