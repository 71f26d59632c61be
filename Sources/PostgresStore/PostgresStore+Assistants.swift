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

extension PostgresConnection {
    /// The account's oldest assistant of this name, made if there is none.
    /// - Throws: `StoreError.accountNotFound`.
    mutating func assistant(named name: String, in account: AccountSID) throws -> AssistantID {
        if let id = try findAssistant(named: name, in: account) { return id }
        // One at a time: two that look at once would make two.
        let locked = try run("SELECT FROM account WHERE sid = $1 FOR NO KEY UPDATE", [account])
        guard locked.count > 0 else { throw StoreError.accountNotFound(account) }
        if let id = try findAssistant(named: name, in: account) { return id }
        let assistant = Assistant(AssistantDetails(name: name), in: account)
        try insert(assistant)
        return assistant.id
    }

    private mutating func findAssistant(named name: String, in account: AccountSID) throws -> AssistantID? {
        let row = try run(
            "SELECT id FROM assistant WHERE account_sid = $1 AND name = $2 ORDER BY number LIMIT 1",
            [account, name]
        )
        return row.count > 0 ? AssistantID(unchecked: row.text(0, 0)) : nil
    }
}
