package import AssistantsStore

extension SQLiteStore {
    package func create(_ assistant: Assistant) async throws(StoreError) {
        try await write { db in try db.insert(assistant) }
    }

    package func assistant(_ id: AssistantID, in account: AccountSID) async throws(StoreError) -> Assistant {
        try await read { db in try db.fetch(Assistant.self, id, in: account) }
    }

    package func assistants(
        of account: AccountSID,
        page: PageRequest<AssistantCursor>
    ) async throws(StoreError) -> Page<Assistant, AssistantCursor> {
        try await read { db in try db.page(page, of: account) }
    }

    package func update(
        _ id: AssistantID,
        in account: AccountSID,
        at date: Timestamp,
        _ change: @escaping @Sendable (inout AssistantDetails) -> Void
    ) async throws(StoreError) -> Assistant {
        try await write { db in
            let assistant = try db.fetch(Assistant.self, id, in: account).changed(at: date, change)
            try db.update(assistant)
            return assistant
        }
    }

    package func delete(_ id: AssistantID, in account: AccountSID) async throws(StoreError) {
        try await write { db in try db.delete(Assistant.self, id, in: account) }
    }
}
