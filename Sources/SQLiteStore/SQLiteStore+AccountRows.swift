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
        owner: RowOwner?,
        page: PageRequest<Item.Cursor>
    ) async throws(StoreError) -> Page<Item, Item.Cursor> {
        try await read { db in try db.page(page, of: account, owner: owner) }
    }

    package func items<Attachment: AttachmentRow>(
        _ type: Attachment.Type,
        attachedTo assistant: AssistantID,
        in account: AccountSID,
        page: PageRequest<Attachment.Cursor>
    ) async throws(StoreError) -> Page<Attachment.Item, Attachment.Cursor> {
        try await read { db in try db.page(page, of: type, to: assistant, in: account) }
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

    package func perform<Write: StoreWrite>(_ write: Write) async throws(StoreError) -> Write.Value {
        try await transact { transaction in try write.run(&transaction) }
    }
}
