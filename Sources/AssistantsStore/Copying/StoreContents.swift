/// All that a store keeps, as rows of plain values: for copying one store into another, of whichever kind.
///
/// While a copy into a store is not finished, nothing else opens that store.
package protocol StoreContents: Sendable {
    /// Keeps everybody, in whichever process, from writing to the store until the lock is released.
    func lockWrites() async throws(StoreError) -> any WriteLock

    /// How many rows a table has, those that nobody can reach among them. Takes as long as it takes to read them.
    func count(of table: StoredTable) async throws(StoreError) -> Int

    /// Up to `limit` rows of a table, in an order of the store's own, which writing elsewhere in the table does not change.
    /// What nobody can reach any more is left out.
    /// - Parameter cursor: of rows that this gave before; what follows them is read.
    func rows(of table: StoredTable, after cursor: [StoredValue]?, limit: Int) async throws(StoreError) -> StoredRows

    /// How far an unfinished copy into this store is, as it was noted last; `nil` where there is none.
    func unfinishedCopy() async throws(StoreError) -> [UInt8]?

    /// Begins a copy into this store.
    /// - Throws: `storeNotEmpty` where it has an account.
    func beginCopy(noting progress: [UInt8]) async throws(StoreError)

    /// Adds rows of a table's columns and notes how far the copy is, both or neither. Settings and numbers that are there
    /// are replaced.
    func add(_ rows: [[StoredValue]], to table: StoredTable, noting progress: [UInt8]) async throws(StoreError)

    /// Makes the store one that can be used.
    func finishCopy() async throws(StoreError)
}

/// Some rows of a table.
package struct StoredRows: Sendable {
    /// Of the table's columns.
    package let rows: [[StoredValue]]
    /// The last row's key in the store's own order, from which the next batch is read; `nil` where there is no row.
    package let cursor: [StoredValue]?

    package init(rows: [[StoredValue]], cursor: [StoredValue]?) {
        self.rows = rows
        self.cursor = cursor
    }
}

/// Keeps everybody from writing to a store, until it is released or let go.
package protocol WriteLock: Sendable {
    /// - Throws: `StoreError` where it was lost before, so that somebody may have written.
    func release() async throws(StoreError)
}
