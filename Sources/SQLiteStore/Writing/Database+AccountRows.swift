import AssistantsStore
import GRDB

/// The rows of an `AccountRow`'s table: what `Store` promises of every resource that an account owns.
extension Database {
    /// - Throws: `notFound(.account)`.
    func insert<Item: AccountRow>(_ item: Item) throws {
        try requireAccount(item.account)
        try execute(
            sql: ChecksummedTable(of: Item.self).insertion(of: Item.valueColumns.map(\.name)),
            arguments: StatementArguments(item.values.map(\.databaseValue))
        )
    }

    /// - Throws: `Item.notFound`.
    func fetch<Item: AccountRow>(_ item: Item.Type, _ id: Item.ID, in account: AccountSID) throws -> Item {
        guard let row = try row(id.text, in: account, of: ChecksummedTable(of: item)) else { throw Item.notFound }
        return try row.item()
    }

    /// The account's oldest row whose column has this text.
    func first<Item: AccountRow>(
        _ item: Item.Type,
        in account: AccountSID,
        where column: String,
        is text: String
    ) throws -> Item? {
        let table = ChecksummedTable(of: item)
        return try Row.fetchOne(
            self,
            sql: """
                SELECT \(table.verifiableColumns) FROM \(table.name)
                WHERE account_sid = ? AND \(column) = ? ORDER BY number LIMIT 1
                """,
            arguments: [account.text, text]
        )?.item()
    }

    /// One page of the account's rows, in the order of creation.
    /// - Parameter owner: whose rows they are; `nil` for all.
    func page<Item: AccountRow>(
        _ request: PageRequest<Item.Cursor>,
        of account: AccountSID,
        owner: RowOwner?
    ) throws -> Page<Item, Item.Cursor> {
        try list(Item.self, of: account, owner: owner).page(request) { try $0.item() }
    }

    /// One page of what is attached to an assistant.
    func page<Attachment: AttachmentRow>(
        _ request: PageRequest<Attachment.Cursor>,
        of type: Attachment.Type,
        to assistant: AssistantID,
        in account: AccountSID
    ) throws -> Page<Attachment.Item, Attachment.Cursor> {
        try list(Attachment.self, of: account, owner: .assistant(assistant)).page(request) { row in
            do {
                return try fetch(Attachment.Item.self, (row.item() as Attachment).itemID, in: account)
            } catch StoreError.notFound {
                // Nothing that is attached can be deleted without the attachment.
                throw DatabaseError.damagedIndex(of: ChecksummedTable(of: Attachment.Item.self))
            }
        }
    }

    private func list<Item: AccountRow>(
        _ type: Item.Type,
        of account: AccountSID,
        owner: RowOwner?
    ) -> KeysetList<Item.Cursor> {
        let table = ChecksummedTable(of: type)
        let index = "\(table.name)_of_\(owner?.kind ?? "account")"
        return KeysetList(db: self, table: table, index: index, account: account, owner: owner)
    }

    /// How many rows of an owner the account has.
    func count<Item: AccountRow>(_ type: Item.Type, of owner: RowOwner, in account: AccountSID) throws -> Int {
        let sql = "SELECT count(*) FROM \(type.table.rawValue) WHERE account_sid = ? AND \(owner.column) = ?"
        return try Int.fetchOne(self, sql: sql, arguments: [account.text, owner.id]) ?? 0
    }

    /// Stores a row that was read in this transaction, and changed since.
    func update<Item: AccountRow>(_ item: Item) throws {
        let assignments = Item.valueColumns.enumerated().map { (column: $1.name, value: "?\($0 + 1)") }
        // Account and id come first, and stay.
        let update = ChecksummedTable(of: Item.self).update(setting: Array(assignments.dropFirst(2)))
        try execute(
            sql: "\(update) WHERE account_sid = ?1 AND id = ?2",
            arguments: StatementArguments(item.values.map(\.databaseValue))
        )
    }

    /// Deletes a row, also one that is damaged, but not another, to which a damaged index points.
    /// - Throws: `Item.notFound`.
    func delete<Item: AccountRow>(_ item: Item.Type, _ id: Item.ID, in account: AccountSID) throws {
        let table = ChecksummedTable(of: item)
        guard let row = try row(id.text, in: account, of: table) else { throw Item.notFound }
        try execute(
            sql: "DELETE FROM \(table.name) WHERE number = ?",
            arguments: [try row.value("number") as Int64]
        )
    }
}

extension Row {
    /// What a row with `verifiableColumns` says.
    /// - Throws: `GRDB.DatabaseError`, `SQLITE_CORRUPT` where it is not as it was written.
    fileprivate func item<Item: AccountRow>() throws -> Item {
        try verify(ChecksummedTable(of: Item.self))
        let values = try Item.table.columns.map { try StoredValue(self[$0.name] as DatabaseValue) }
        var reader = RowReader(Item.table, values)
        return try Item(&reader)
    }
}
