/// What a store keeps, table by table, each behind those that it refers to.
package enum StoredTable: String, CaseIterable, Codable, Sendable {
    /// What is the database's own, like the key of page tokens.
    case setting
    /// The last number that was given of each kind: what is gone does not give its number to another.
    case number
    case account
    case apiKey = "api_key"
    case assistant
    case session
    case message
    case idempotencyKey = "idempotency_key"
    case turn
    case callback

    /// What a row consists of, in this order. A boolean is the integer 0 or 1.
    package var columns: [String] {
        switch self {
        case .setting: ["name", "value"]
        case .number: ["name", "value"]
        case .account:
            [
                "sid", "name", "auth_token_digest", "auth_token_sealed", "secondary_token_digest",
                "secondary_token_sealed", "date_created",
            ]
        case .apiKey: ["sid", "account_sid", "name", "secret_digest", "read_only", "date_created"]
        case .assistant:
            [
                "account_sid", "id", "number", "name", "owner", "personality_prompt", "model",
                "perception_engine_enabled", "personalization_engine_enabled", "segment_credential_sealed",
                "date_created", "date_updated",
            ]
        case .session:
            [
                "account_sid", "id", "number", "assistant_id", "identity", "verified", "last_position", "stamp",
                "date_created", "date_updated",
            ]
        case .message:
            [
                "account_sid", "session_id", "session_number", "position", "id", "assistant_id", "identity", "role",
                "content", "meta", "date_created", "date_updated",
            ]
        case .idempotencyKey: ["account_sid", "key", "digest", "status", "body", "date_created"]
        case .turn:
            [
                "account_sid", "session_id", "number", "id", "session_number", "assistant_id", "identity", "mode",
                "webhook", "idempotency_key", "content", "position", "worker", "begun", "lease_end",
            ]
        case .callback:
            [
                "account_sid", "idempotency_token", "number", "url", "body", "attempts", "last_error",
                "date_created", "due",
            ]
        }
    }
}
