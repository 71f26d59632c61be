package import AssistantsStore

extension PostgresStore {
    package func create<Item: AccountRow>(_ item: Item) async throws(StoreError) {
        try await write { connection in try connection.insert(item) }
    }

    package func fetch<Item: AccountRow>(
        _ type: Item.Type,
        _ id: Item.ID,
        in account: AccountSID
    ) async throws(StoreError) -> Item {
        try await read { connection in try connection.fetch(Item.self, id, in: account) }
    }

    package func list<Item: AccountRow>(
        _ type: Item.Type,
        of account: AccountSID,
        page: PageRequest<Item.Cursor>
    ) async throws(StoreError) -> Page<Item, Item.Cursor> {
        try await readOneState { connection in try connection.page(page, of: account) }
    }

    package func update<Item: AccountRow>(
        _ type: Item.Type,
        _ id: Item.ID,
        in account: AccountSID,
        _ change: @escaping @Sendable (Item) -> Item
    ) async throws(StoreError) -> Item {
        try await write { connection in
            let item = change(try connection.fetch(Item.self, id, in: account, isLocked: true))
            try connection.update(item)
            return item
        }
    }

    package func delete<Item: AccountRow>(
        _ type: Item.Type,
        _ id: Item.ID,
        in account: AccountSID
    ) async throws(StoreError) {
        try await write { connection in try connection.delete(Item.self, id, in: account) }
    }
}
