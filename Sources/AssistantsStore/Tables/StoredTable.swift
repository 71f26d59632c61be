/// A table of a store, each behind those that it refers to. This is the one description of their columns: statements, copies,
/// checks, and checksums are made of it, and tests compare the schemas with it.
package enum StoredTable: String, CaseIterable, Codable, Sendable {
    /// What is the database's own, like the key of page tokens.
    case setting
    /// The last number that was given of each kind: what is gone does not give its number to another.
    case number
    case account
    case apiKey = "api_key"
    case assistant
    case tool
    case toolAttachment = "tool_attachment"
    case policy
    case session
    case message
    case idempotencyKey = "idempotency_key"
    case turn
    case callback

    /// What a row consists of, in this order. Checksums follow it too: a new column goes to the end, and is nullable.
    package var columns: [Column] {
        switch self {
        case .setting: [.text("name"), .bytes("value")]
        case .number: [.text("name"), .integer("value")]
        case .account:
            [
                .text("sid"), .text("name"), .bytes("auth_token_digest"), .bytes("auth_token_sealed"),
                .bytes("secondary_token_digest").nullable, .bytes("secondary_token_sealed").nullable,
                .integer("date_created"),
            ]
        case .apiKey:
            [
                .text("sid"), .text("account_sid"), .text("name"), .bytes("secret_digest"), .boolean("read_only"),
                .integer("date_created"),
            ]
        case .assistant: Assistant.columns
        case .tool: Tool.columns
        case .toolAttachment: ToolAttachment.columns
        case .policy: Policy.columns
        case .session:
            [
                .text("account_sid"), .text("id"), .number, .text("assistant_id"), .text("identity"),
                .boolean("verified"), .integer("last_position"), .integer("deletions").derived,
                .integer("stamp").unchecked, .integer("date_created"), .integer("date_updated"),
                .integer("last_activity"),
            ]
        case .message:
            sessionOfMessage + [
                .integer("date_created"), .integer("date_updated"), .text("id"), .text("assistant_id"),
                .text("identity"), .text("role"), .text("content"), .text("meta"),
            ]
        case .idempotencyKey:
            [
                .text("account_sid"), .text("key"), .bytes("digest"), .integer("status").nullable, .bytes("body"),
                .integer("date_created"),
            ]
        case .turn:
            [
                .text("account_sid"), .text("session_id"), .number, .text("id"), .integer("session_number"),
                .text("assistant_id"), .text("identity"), .text("mode"), .text("webhook").nullable,
                .text("idempotency_key").nullable, .text("content").nullable, .integer("position").nullable,
                .text("worker"), .boolean("begun"), .integer("lease_end"),
            ]
        case .callback:
            [
                .text("account_sid"), .text("idempotency_token"), .number, .text("url"), .text("body"),
                .integer("attempts"), .text("last_error").nullable, .integer("date_created"),
                .integer("due").nullable,
            ]
        }
    }

    /// What a row is called, for people.
    package var kind: String {
        switch self {
        case .setting: "Setting"
        case .number: "Counter"
        case .account: "Account"
        case .apiKey: "API key"
        case .assistant: "Assistant"
        case .tool: "Tool"
        case .toolAttachment: "Attachment of a tool"
        case .policy: "Policy"
        case .session: "Session"
        case .message: "Message"
        case .idempotencyKey: "Idempotency key"
        case .turn: "Turn"
        case .callback: "Webhook"
        }
    }

    /// The columns of a message that say which it is: each store keeps them in a key of its own form.
    private var sessionOfMessage: [Column] {
        [.text("account_sid"), .text("session_id"), .integer("session_number"), .integer("position")]
    }

    /// The tables whose rows are numbered, each by a counter of its own.
    package static var numbered: [StoredTable] { allCases.filter { $0.columns.contains(.number) } }

    /// The names of the columns that a copy takes along, in their order.
    package var copiedColumns: [String] { columns.filter(\.isCopied).map(\.name) }
}
