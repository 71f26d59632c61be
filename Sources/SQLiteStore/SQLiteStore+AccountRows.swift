package import AssistantsStore

extension SQLiteStore {
    package func create<Item: AccountRow>(_ item: Item) async throws(StoreError) {
        try await write { db in try db.insert(item) }
    }

    package func fetch<Item: AccountRow>(
        _ type: Item.Type,
        _ id: Item.ID,
        in account: AccountSID
    ) async throws(StoreError) -> Item {
        try await read { db in try db.fetch(Item.self, id, in: account) }
    }

    package func list<Item: AccountRow>(
        _ type: Item.Type,
        of account: AccountSID,
        page: PageRequest<Item.Cursor>
    ) async throws(StoreError) -> Page<Item, Item.Cursor> {
        try await read { db in try db.page(page, of: account) }
    }

    package func update<Item: AccountRow>(
        _ type: Item.Type,
        _ id: Item.ID,
        in account: AccountSID,
        _ change: @escaping @Sendable (Item) -> Item
    ) async throws(StoreError) -> Item {
        try await write { db in
            let item = change(try db.fetch(Item.self, id, in: account))
            try db.update(item)
            return item
        }
    }

    package func delete<Item: AccountRow>(
        _ type: Item.Type,
        _ id: Item.ID,
        in account: AccountSID
    ) async throws(StoreError) {
        try await write { db in try db.delete(Item.self, id, in: account) }
    }
}
