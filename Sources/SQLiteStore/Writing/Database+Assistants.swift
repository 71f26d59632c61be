import AssistantsStore
import Foundation
import GRDB

extension Database {
    /// The account's oldest assistant of this name, made if there is none.
    /// - Throws: `StoreError.accountNotFound`.
    func assistant(named name: String, in account: AccountSID) throws -> AssistantID {
        let row = try Row.fetchOne(
            self,
            sql: """
                SELECT \(ChecksummedTable.assistant.verifiableColumns) FROM assistant
                WHERE account_sid = ? AND name = ? ORDER BY number LIMIT 1
                """,
            arguments: [account.text, name]
        )
        if let row { return try Assistant(row).id }
        try requireAccount(account)
        let assistant = Assistant(AssistantDetails(name: name), in: account)
        try insert(assistant)
        return assistant.id
    }

    func insert(_ assistant: Assistant) throws {
        let details = assistant.details
        try execute(
            sql: ChecksummedTable.assistant.insertion(of: [
                "account_sid", "id", "name", "owner", "personality_prompt", "model", "perception_engine_enabled",
                "personalization_engine_enabled", "segment_credential_sealed", "date_created", "date_updated",
            ]),
            arguments: [
                assistant.account.text, assistant.id.text, details.name, details.owner, details.personalityPrompt,
                details.model, details.isPerceptionEngineEnabled, details.isPersonalizationEngineEnabled,
                details.sealedSegmentCredential.map { Data($0) }, assistant.dateCreated.microseconds,
                assistant.dateUpdated.microseconds,
            ]
        )
    }

    /// - Throws: `StoreError.assistantNotFound`.
    func assistant(_ id: AssistantID, in account: AccountSID) throws -> Assistant {
        guard let row = try row(id.text, in: account, of: .assistant) else { throw StoreError.assistantNotFound }
        return try Assistant(row)
    }
}

extension Assistant {
    init(_ row: Row) throws {
        try row.verify(.assistant)
        var details = AssistantDetails(name: try row.value("name"))
        details.owner = try row.value("owner")
        details.personalityPrompt = try row.value("personality_prompt")
        details.model = try row.value("model")
        details.isPerceptionEngineEnabled = try row.value("perception_engine_enabled")
        details.isPersonalizationEngineEnabled = try row.value("personalization_engine_enabled")
        details.sealedSegmentCredential = (try row.value("segment_credential_sealed") as Data?).map { Array($0) }
        try self.init(
            id: AssistantID(unchecked: row.value("id")),
            account: AccountSID(unchecked: row.value("account_sid")),
            details: details,
            dateCreated: Timestamp(microseconds: row.value("date_created")),
            dateUpdated: Timestamp(microseconds: row.value("date_updated"))
        )
    }
}
