import GRDB

/// A table whose rows have a checksum in their column `checksum`, and the statements that keep it right.
///
/// Who changes a row has seen before, in the same transaction, that it is as it was written; else the new checksum would hide the
/// damage.
enum ChecksummedTable: String, CaseIterable {
    case account
    case apiKey = "api_key"
    case assistant
    case session
    case message
    case idempotencyKey = "idempotency_key"

    /// What the checksum is of, in this order: all but the number that SQLite gives, and a session's stamp, which nobody is shown.
    /// Another list needs a migration.
    var columns: [String] {
        switch self {
        case .account:
            [
                "sid", "name", "auth_token_digest", "auth_token_sealed", "secondary_token_digest",
                "secondary_token_sealed", "date_created",
            ]
        case .apiKey: ["sid", "account_sid", "name", "secret_digest", "read_only", "date_created"]
        case .assistant:
            [
                "account_sid", "id", "name", "owner", "personality_prompt", "model", "perception_engine_enabled",
                "personalization_engine_enabled", "segment_credential_sealed", "date_created", "date_updated",
            ]
        case .session:
            [
                "account_sid", "id", "assistant_id", "identity", "verified", "last_position", "deletions",
                "date_created", "date_updated",
            ]
        case .message:
            [
                "key", "date_created", "date_updated", "id", "assistant_id", "identity", "role", "content", "meta",
            ]
        case .idempotencyKey: ["account_sid", "key", "digest", "status", "body", "date_created"]
        }
    }

    /// The values of those of `columns` that an insertion leaves out, and that are not NULL then.
    private var defaults: [String: String] {
        self == .session ? ["verified": "0", "last_position": "0", "deletions": "0"] : [:]
    }

    // MARK: SQL

    /// Whether a row is as it was written: 1 or 0.
    var isRight: String { isRight(with: [:]) }

    /// Whether a row is as it was written, and has these values in these columns: 1 or 0.
    func isRight(with values: [String: String]) -> String {
        let checksum = RowChecksum.sql(of: columns.map { values[$0] ?? "\(rawValue).\($0)" })
        return "(\(rawValue).checksum IS \(checksum))"
    }

    /// A row's columns and `is_right`, for `Row.verify`.
    var verifiableColumns: String { "\(rawValue).*, \(isRight) AS is_right" }

    /// - Parameters:
    ///   - given: the columns of the values, which are ?1 and so on.
    ///   - replacing: whether the row takes the place of one that is there.
    func insertion(of given: [String], replacing: Bool = false) -> String {
        let places = zip(given, given.indices.map { "?\($0 + 1)" })
        var valueOfColumn = defaults.merging(places) { $1 }
        valueOfColumn["checksum"] = RowChecksum.sql(of: columns.map { valueOfColumn[$0] ?? "NULL" })
        let all = valueOfColumn.sorted { $0.key < $1.key }
        return """
            INSERT \(replacing ? "OR REPLACE " : "")INTO \(rawValue) (\(all.map(\.key).joined(separator: ", ")))
            VALUES (\(all.map(\.value).joined(separator: ", ")))
            """
    }

    /// - Parameter changes: the columns and their new values.
    func update(_ changes: KeyValuePairs<String, String>) -> String {
        let valueOfColumn = Dictionary(uniqueKeysWithValues: changes.map { ($0, $1) })
        let checksum = RowChecksum.sql(of: columns.map { valueOfColumn[$0] ?? $0 })
        let assignments = changes.map { "\($0) = \($1)" } + ["checksum = \(checksum)"]
        return "UPDATE \(rawValue) SET \(assignments.joined(separator: ", "))"
    }

    // MARK: Names

    /// What a row is called.
    var kind: String {
        switch self {
        case .account: "Account"
        case .apiKey: "API key"
        case .assistant: "Assistant"
        case .session: "Session"
        case .message: "Message"
        case .idempotencyKey: "Idempotency key"
        }
    }

    /// What tells a row from others of its kind, whatever is in it; of a message's, `session_id` is another column.
    func id(of row: Row) -> String {
        func text(_ column: String) -> String { String.fromDatabaseValue(row[column]) ?? "?" }
        return switch self {
        case .account, .apiKey: text("sid")
        case .assistant, .session: text("id")
        case .message: "\(text("id")) of session \(text("session_id"))"
        case .idempotencyKey: text("key")
        }
    }
}
