/// Assistants, by their name.
extension AccountRowStore {
    /// - Throws: `Assistant.notFound`.
    package func assistant(_ id: AssistantID, in account: AccountSID) async throws(StoreError) -> Assistant {
        try await fetch(Assistant.self, id, in: account)
    }

    /// One page of an account's assistants, in the order of creation.
    package func assistants(
        of account: AccountSID,
        page: PageRequest<AssistantCursor>
    ) async throws(StoreError) -> Page<Assistant, AssistantCursor> {
        try await list(Assistant.self, of: account, owner: nil, page: page)
    }

    /// Changes an assistant, and gives it as it is then stored.
    /// - Parameters:
    ///   - change: gets what is stored, and is called once.
    ///   - date: what becomes the assistant's `dateUpdated`.
    /// - Throws: `Assistant.notFound`.
    package func update(
        _ id: AssistantID,
        in account: AccountSID,
        at date: Timestamp,
        _ change: @escaping @Sendable (inout AssistantDetails) -> Void
    ) async throws(StoreError) -> Assistant {
        try await update(Assistant.self, id, in: account) { $0.changed(at: date, change) }
    }

    /// Deletes an assistant. Its sessions and messages stay as they are.
    /// - Throws: `Assistant.notFound`.
    package func delete(_ id: AssistantID, in account: AccountSID) async throws(StoreError) {
        try await delete(Assistant.self, id, in: account)
    }
}
