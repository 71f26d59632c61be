package import AssistantsStore

extension PostgresStore {
    package func create(_ assistant: Assistant) async throws(StoreError) {
        try await write { connection in
            do {
                try connection.insert(assistant)
            } catch let error as PostgresError where error.isForeignKeyViolation {
                throw StoreError.accountNotFound(assistant.account)
            }
        }
    }

    package func assistant(_ id: AssistantID, in account: AccountSID) async throws(StoreError) -> Assistant {
        try await read { connection in try connection.assistant(id, in: account) }
    }

    package func assistants(
        of account: AccountSID,
        page: PageRequest<AssistantCursor>
    ) async throws(StoreError) -> Page<Assistant, AssistantCursor> {
        try await readOneState { connection in
            let list = KeysetList<AssistantCursor>(
                table: "assistant",
                columns: Assistant.columns,
                length: Assistant.length,
                account: account
            )
            return try list.page(page, &connection) { Assistant($0, $1, from: $2) }
        }
    }

    package func update(
        _ id: AssistantID,
        in account: AccountSID,
        at date: Timestamp,
        _ change: @escaping @Sendable (inout AssistantDetails) -> Void
    ) async throws(StoreError) -> Assistant {
        try await write { connection in
            var details = try connection.assistant(id, in: account, locked: true).details
            change(&details)
            let row = try connection.run(
                """
                UPDATE assistant
                SET name = $3, owner = $4, personality_prompt = $5, model = $6, perception_engine_enabled = $7,
                    personalization_engine_enabled = $8, segment_credential_sealed = $9,
                    date_updated = greatest(date_created, $10::bigint)
                WHERE account_sid = $1 AND id = $2 RETURNING \(Assistant.columns)
                """,
                [account, id] + details.parameters + [date]
            )
            return Assistant(row, 0, from: 0)
        }
    }

    package func delete(_ id: AssistantID, in account: AccountSID) async throws(StoreError) {
        try await write { connection in
            let result = try connection.run(
                "DELETE FROM assistant WHERE account_sid = $1 AND id = $2",
                [account, id]
            )
            guard result.changes == 1 else { throw StoreError.assistantNotFound }
        }
    }
}

extension PostgresConnection {
    /// - Throws: `StoreError.assistantNotFound`.
    mutating func assistant(_ id: AssistantID, in account: AccountSID, locked: Bool = false) throws -> Assistant {
        let row = try run(
            """
            SELECT \(Assistant.columns) FROM assistant
            WHERE account_sid = $1 AND id = $2\(locked ? " FOR UPDATE" : "")
            """,
            [account, id]
        )
        guard row.count > 0 else { throw StoreError.assistantNotFound }
        return Assistant(row, 0, from: 0)
    }

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

    fileprivate mutating func insert(_ assistant: Assistant) throws {
        _ = try run(
            """
            INSERT INTO assistant
                (account_sid, id, number, name, owner, personality_prompt, model, perception_engine_enabled,
                personalization_engine_enabled, segment_credential_sealed, date_created, date_updated)
            VALUES ($1, $2, nextval('assistant_number'), $3, $4, $5, $6, $7, $8, $9, $10::bigint, $11::bigint)
            """,
            [assistant.account, assistant.id] + assistant.details.parameters
                + [assistant.dateCreated, assistant.dateUpdated]
        )
    }
}

extension AssistantDetails {
    fileprivate var parameters: [(any PostgresValue)?] {
        [
            name, owner, personalityPrompt, model, isPerceptionEngineEnabled,
            isPersonalizationEngineEnabled, sealedSegmentCredential,
        ]
    }
}

extension Assistant {
    fileprivate static let columns = """
        id, account_sid, name, owner, personality_prompt, model, perception_engine_enabled,
        personalization_engine_enabled, segment_credential_sealed, date_created, date_updated
        """

    /// At most what `pageLength` counts.
    fileprivate static let length = """
        octet_length(name) + octet_length(owner) + octet_length(personality_prompt) + octet_length(model)
        + coalesce(octet_length(segment_credential_sealed), 0)
        """

    /// Of the columns that `columns` names.
    fileprivate init(_ rows: borrowing PostgresResult, _ row: Int, from first: Int32) {
        var details = AssistantDetails(name: rows.text(row, first + 2))
        details.owner = rows.text(row, first + 3)
        details.personalityPrompt = rows.text(row, first + 4)
        details.model = rows.text(row, first + 5)
        details.isPerceptionEngineEnabled = rows.bool(row, first + 6)
        details.isPersonalizationEngineEnabled = rows.bool(row, first + 7)
        details.sealedSegmentCredential = rows.isNull(row, first + 8) ? nil : rows.array(row, first + 8)
        self.init(
            id: AssistantID(unchecked: rows.text(row, first)),
            account: AccountSID(unchecked: rows.text(row, first + 1)),
            details: details,
            dateCreated: rows.timestamp(row, first + 9),
            dateUpdated: rows.timestamp(row, first + 10)
        )
    }
}
