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
            try KeysetList(db: db, table: "assistant", account: account).page(page, Assistant.init)
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
                    UPDATE assistant
                    SET name = ?, owner = ?, personality_prompt = ?, model = ?, perception_engine_enabled = ?,
                        personalization_engine_enabled = ?, segment_credential_sealed = ?, date_updated = ?
                    WHERE account_sid = ? AND id = ?
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
            try db.execute(
                sql: "DELETE FROM assistant WHERE account_sid = ? AND id = ?",
                arguments: [account.text, id.text]
            )
            guard db.changesCount == 1 else { throw StoreError.assistantNotFound }
        }
    }
}
