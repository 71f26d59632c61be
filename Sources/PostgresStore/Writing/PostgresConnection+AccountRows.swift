import AssistantsStore

/// The rows of an `AccountRow`'s table: what `Store` promises of every resource that an account owns.
extension PostgresConnection {
    /// - Throws: `notFound(.account)`.
    mutating func insert<Item: AccountRow>(_ item: Item) throws {
        let columns = Item.valueColumns
        let parameters = columns.enumerated().map { "$\($0 + 1)\($1.cast)" }
        do {
            _ = try run(
                """
                INSERT INTO \(Item.table.rawValue) (number, \(columns.map(\.name).joined(separator: ", ")))
                VALUES (nextval('\(Item.table.rawValue)_number'), \(parameters.joined(separator: ", ")))
                """,
                item.values.map(\.parameter)
            )
        } catch {
            guard error.isForeignKeyViolation else { throw error }
            throw StoreError.notFound(.account(item.account))
        }
    }

    /// - Parameter isLocked: whether nobody else may change the row before the transaction ends.
    /// - Throws: `Item.notFound`.
    mutating func fetch<Item: AccountRow>(
        _ item: Item.Type,
        _ id: Item.ID,
        in account: AccountSID,
        isLocked: Bool = false
    ) throws -> Item {
        let row = try run(
            """
            SELECT \(Self.columns(of: item)) FROM \(item.table.rawValue)
            WHERE account_sid = $1 AND id = $2\(isLocked ? " FOR UPDATE" : "")
            """,
            [account, id.text]
        )
        guard row.count > 0 else { throw Item.notFound }
        return try row.item(0)
    }

    /// The account's oldest row whose column has this text.
    mutating func first<Item: AccountRow>(
        _ item: Item.Type,
        in account: AccountSID,
        where column: String,
        is text: String
    ) throws -> Item? {
        let row = try run(
            """
            SELECT \(Self.columns(of: item)) FROM \(item.table.rawValue)
            WHERE account_sid = $1 AND \(column) = $2 ORDER BY number LIMIT 1
            """,
            [account, text]
        )
        return row.count > 0 ? try row.item(0) : nil
    }

    /// One page of the account's rows, in the order of creation.
    /// - Parameter owner: whose rows they are; `nil` for all.
    mutating func page<Item: AccountRow>(
        _ request: PageRequest<Item.Cursor>,
        of account: AccountSID,
        owner: RowOwner?
    ) throws -> Page<Item, Item.Cursor> {
        let list = KeysetList<Item.Cursor>(
            table: Item.table.rawValue,
            columns: Self.columns(of: Item.self),
            length: Self.length(of: Item.self),
            account: account,
            owner: owner
        )
        return try list.page(request, &self) { result, rows, column, _ in
            var items: [Item?] = []
            for row in rows { items.append(try result.item(row, from: column)) }
            return items
        }
    }

    /// One page of what is attached to an assistant.
    mutating func page<Attachment: AttachmentRow>(
        _ request: PageRequest<Attachment.Cursor>,
        of type: Attachment.Type,
        to assistant: AssistantID,
        in account: AccountSID
    ) throws -> Page<Attachment.Item, Attachment.Cursor> {
        let list = KeysetList<Attachment.Cursor>(
            table: Attachment.table.rawValue,
            columns: Self.columns(of: Attachment.self),
            account: account,
            owner: .assistant(assistant)
        )
        // Some at a time: they can be long.
        return try list.page(request, &self, batch: 16) { result, rows, column, connection in
            var ids: [String] = []
            for row in rows { ids.append((try result.item(row, from: column) as Attachment).itemID.text) }
            return try connection.items(Attachment.Item.self, ids, in: account)
        }
    }

    /// - Returns: one for each id; `nil` if there is none.
    private mutating func items<Item: AccountRow>(
        _ type: Item.Type,
        _ ids: [String],
        in account: AccountSID
    ) throws -> [Item?] {
        let found = try run(
            """
            SELECT \(Self.columns(of: type)) FROM \(type.table.rawValue)
            WHERE account_sid = $1 AND id = ANY ($2::text[])
            """,
            [account, TextArray(ids)]
        )
        var items: [String: Item] = [:]
        for row in 0..<found.count {
            let item: Item = try found.item(row)
            items[item.id.text] = item
        }
        return ids.map { items[$0] }
    }

    /// How many rows of an owner the account has.
    mutating func count<Item: AccountRow>(_ type: Item.Type, of owner: RowOwner, in account: AccountSID) throws -> Int {
        let sql = "SELECT count(*) FROM \(type.table.rawValue) WHERE account_sid = $1 AND \(owner.column) = $2"
        return Int(try run(sql, [account, owner.id]).integer(0, 0))
    }

    /// Stores a row that was read and locked in this transaction, and changed since.
    mutating func update<Item: AccountRow>(_ item: Item) throws {
        // Account and id come first, and stay.
        let changes = Item.valueColumns.enumerated().dropFirst(2).map { "\($1.name) = $\($0 + 1)\($1.cast)" }
        _ = try run(
            """
            UPDATE \(Item.table.rawValue) SET \(changes.joined(separator: ", ")) WHERE account_sid = $1 AND id = $2
            """,
            item.values.map(\.parameter)
        )
    }

    /// - Throws: `Item.notFound`.
    mutating func delete<Item: AccountRow>(_ item: Item.Type, _ id: Item.ID, in account: AccountSID) throws {
        let result = try run(
            "DELETE FROM \(item.table.rawValue) WHERE account_sid = $1 AND id = $2",
            [account, id.text]
        )
        guard result.changes == 1 else { throw Item.notFound }
    }

    private static func columns<Item: AccountRow>(of item: Item.Type) -> String {
        item.table.columns.map(\.name).joined(separator: ", ")
    }

    /// How many bytes a row's texts have in SQL, at most what `pageLength` counts; `nil` where it has none.
    private static func length<Item: AccountRow>(of item: Item.Type) -> String? {
        let lengths: [String] = item.valueColumns.dropFirst(2).compactMap { column in
            switch column.type {
            case .boolean, .integer: nil
            case .text, .bytes:
                column.isNullable ? "coalesce(octet_length(\(column.name)), 0)" : "octet_length(\(column.name))"
            }
        }
        return lengths.isEmpty ? nil : lengths.joined(separator: " + ")
    }
}

extension Column {
    /// What PostgreSQL must be told of a value that comes as text.
    fileprivate var cast: String { type == .integer ? "::bigint" : "" }
}

extension PostgresResult {
    /// What a row says whose table's columns begin at the given one.
    fileprivate func item<Item: AccountRow>(_ row: Int, from first: Int32 = 0) throws -> Item {
        var reader = RowReader(Item.table, try values(row, from: first))
        return try Item(&reader)
    }
}
