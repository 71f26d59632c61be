/// Assistants of accounts. `Store` says what holds for every call.
package protocol AssistantStore: Sendable {
    /// - Throws: `accountNotFound`.
    func create(_ assistant: Assistant) async throws(StoreError)

    /// - Throws: `assistantNotFound`.
    func assistant(_ id: AssistantID, in account: AccountSID) async throws(StoreError) -> Assistant

    /// One page of an account's assistants, in order of creation.
    func assistants(
        of account: AccountSID,
        page: PageRequest<AssistantCursor>
    ) async throws(StoreError) -> Page<Assistant, AssistantCursor>

    /// Changes an assistant, and gives it as it is then stored.
    /// - Parameters:
    ///   - change: gets what is stored, and is called once.
    ///   - date: what becomes the assistant's `dateUpdated`.
    /// - Throws: `assistantNotFound`.
    func update(
        _ id: AssistantID,
        in account: AccountSID,
        at date: Timestamp,
        _ change: @escaping @Sendable (inout AssistantDetails) -> Void
    ) async throws(StoreError) -> Assistant

    /// Deletes an assistant. Its sessions and messages stay as they are.
    /// - Throws: `assistantNotFound`.
    func delete(_ id: AssistantID, in account: AccountSID) async throws(StoreError)
}
