package import AssistantsStore
import Foundation
import GRDB

extension SQLiteStore {
    package func create(_ assistant: Assistant) async throws(StoreError) {
        try await write { db in
            try db.requireAccount(assistant.account)
            try db.insert(assistant)
        }
    }

    package func assistant(_ id: AssistantID, in account: AccountSID) async throws(StoreError) -> Assistant {
        try await read { db in try db.assistant(id, in: account) }
    }

    package func assistants(
        of account: AccountSID,
        page: PageRequest<AssistantCursor>
    ) async throws(StoreError) -> Page<Assistant, AssistantCursor> {
        try await read { db in
            try KeysetList(db: db, table: .assistant, index: "assistant_of_account", account: account)
                .page(page, Assistant.init)
        }
    }

    package func update(
        _ id: AssistantID,
        in account: AccountSID,
        at date: Timestamp,
        _ change: @escaping @Sendable (inout AssistantDetails) -> Void
    ) async throws(StoreError) -> Assistant {
        try await write { db in
            var details = try db.assistant(id, in: account).details
            change(&details)
            try db.execute(
                sql: """
                    \(ChecksummedTable.assistant.update([
                        "name": "?1", "owner": "?2", "personality_prompt": "?3", "model": "?4",
                        "perception_engine_enabled": "?5", "personalization_engine_enabled": "?6",
                        "segment_credential_sealed": "?7", "date_updated": "max(date_created, ?8)",
                    ]))
                    WHERE account_sid = ?9 AND id = ?10
                    """,
                arguments: [
                    details.name, details.owner, details.personalityPrompt, details.model,
                    details.isPerceptionEngineEnabled, details.isPersonalizationEngineEnabled,
                    details.sealedSegmentCredential.map { Data($0) }, date.microseconds, account.text, id.text,
                ]
            )
            return try db.assistant(id, in: account)
        }
    }

    package func delete(_ id: AssistantID, in account: AccountSID) async throws(StoreError) {
        try await write { db in
            // One that is damaged can be deleted, but not another, to which a damaged index points.
            guard let row = try db.row(id.text, in: account, of: .assistant) else {
                throw StoreError.assistantNotFound
            }
            try db.execute(
                sql: "DELETE FROM assistant WHERE number = ?",
                arguments: [try row.value("number") as Int64]
            )
        }
    }
}
