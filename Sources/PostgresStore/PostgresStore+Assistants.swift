package import AssistantsStore

extension PostgresStore {
    package func create(_ assistant: Assistant) async throws(StoreError) {
        try await write { connection in try connection.insert(assistant) }
    }

    package func assistant(_ id: AssistantID, in account: AccountSID) async throws(StoreError) -> Assistant {
        try await read { connection in try connection.fetch(Assistant.self, id, in: account) }
    }

    package func assistants(
        of account: AccountSID,
        page: PageRequest<AssistantCursor>
    ) async throws(StoreError) -> Page<Assistant, AssistantCursor> {
        try await readOneState { connection in try connection.page(page, of: account) }
    }

    package func update(
        _ id: AssistantID,
        in account: AccountSID,
        at date: Timestamp,
        _ change: @escaping @Sendable (inout AssistantDetails) -> Void
    ) async throws(StoreError) -> Assistant {
        try await write { connection in
            let assistant = try connection.fetch(Assistant.self, id, in: account, isLocked: true)
                .changed(at: date, change)
            try connection.update(assistant)
            return assistant
        }
    }

    package func delete(_ id: AssistantID, in account: AccountSID) async throws(StoreError) {
        try await write { connection in try connection.delete(Assistant.self, id, in: account) }
    }
}
