extension Assistant: AccountRow {
    package typealias Cursor = AssistantCursor

    package static let table = StoredTable.assistant

    static let columns: [Column] = [
        .text("account_sid"), .text("id"), .number, .text("name"), .text("owner"), .text("personality_prompt"),
        .text("model"), .boolean("perception_engine_enabled"), .boolean("personalization_engine_enabled"),
        .bytes("segment_credential_sealed").nullable, .integer("date_created"), .integer("date_updated"),
    ]

    package var values: [StoredValue] {
        [
            StoredValue(account), StoredValue(id), .text(details.name), .text(details.owner),
            .text(details.personalityPrompt), .text(details.model), StoredValue(details.isPerceptionEngineEnabled),
            StoredValue(details.isPersonalizationEngineEnabled),
            details.sealedSegmentCredential.map(StoredValue.bytes) ?? .null, StoredValue(dateCreated),
            StoredValue(dateUpdated),
        ]
    }

    package init(_ row: inout RowReader) throws {
        let account = AccountSID(unchecked: try row.text())
        let id = AssistantID(unchecked: try row.text())
        _ = try row.integer()
        var details = AssistantDetails(name: try row.text())
        details.owner = try row.text()
        details.personalityPrompt = try row.text()
        details.model = try row.text()
        details.isPerceptionEngineEnabled = try row.boolean()
        details.isPersonalizationEngineEnabled = try row.boolean()
        details.sealedSegmentCredential = try row.optional { try $0.bytes() }
        self.init(
            id: id,
            account: account,
            details: details,
            dateCreated: try row.timestamp(),
            dateUpdated: try row.timestamp()
        )
    }

    /// The same assistant, changed at a date.
    package func changed(at date: Timestamp, _ change: (inout AssistantDetails) -> Void) -> Assistant {
        var details = details
        change(&details)
        return Assistant(
            id: id,
            account: account,
            details: details,
            dateCreated: dateCreated,
            dateUpdated: max(dateCreated, date)
        )
    }
}
