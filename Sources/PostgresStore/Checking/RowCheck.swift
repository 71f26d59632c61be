import AssistantsStore

/// Checks the values of one row that SQL has no word for: ids, roles, modes, times, and JSON.
struct RowCheck {
    private let table: StoredTable
    private let values: [String: StoredValue]

    /// - Parameter row: as `StoredTable.copiedColumns` says.
    init(_ table: StoredTable, _ row: [StoredValue]) {
        self.table = table
        values = Dictionary(zip(table.copiedColumns, row)) { first, _ in first }
    }

    /// What the row is called in a report: by its ids alone.
    var name: String {
        let id =
            switch table {
            case .setting, .number: text("name")
            case .account, .apiKey: text("sid")
            case .message, .turn: "\(text("id")) of session \(text("session_id"))"
            case .idempotencyKey: "\(text("key")) of account \(text("account_sid"))"
            case .callback: "\(integer("number") ?? 0)"
            default: text("id")
            }
        return "\(table.kind) \(id)"
    }

    /// What is wrong with the row.
    var problems: [String] {
        table.copiedColumns.compactMap { column in
            switch (table, column) {
            case (_, "account_sid"), (.account, "sid"): validate(column, "an account SID", AccountSID.init)
            case (.apiKey, "sid"): validate(column, "an API key SID", APIKeySID.init)
            case (.assistant, "id"): validate(column, "an assistant id", AssistantID.init)
            case (.toolAttachment, "id"):
                text("id") == "\(text("tool_id")) \(text("assistant_id"))"
                    ? nil : "id is not that of its tool and its assistant"
            case (.tool, "id"), (_, "tool_id"): validate(column, "a tool id", ToolID.init)
            case (.policy, "id"): validate(column, "a policy id", PolicyID.init)
            case (.session, "id"), (_, "session_id"): validate(column, "a session id", SessionID.init)
            case (.message, "id"): validate(column, "a message id", MessageID.init)
            case (_, "id"): validate(column, "an id") { $0.isEmpty ? nil : $0 }
            case (.message, "role"): validate(column, "a role", MessageRole.init)
            case (.turn, "mode"): validate(column, "a mode", SendMode.init)
            case (_, "content"), (_, "meta"), (.policy, "details"):
                values[column] == .null ? nil : validate(column, "a JSON object", Self.object)
            case (_, "date_created"), (_, "date_updated"), (_, "last_activity"):
                integer(column).map(Timestamp.isPrintable) == true
                    ? nil : "\(column) is not a time of the years 1 to 9999"
            default: nil
            }
        }
    }

    private func validate<Value>(_ column: String, _ what: String, _ make: (String) -> Value?) -> String? {
        make(text(column)) == nil ? "\(column) is not \(what)" : nil
    }

    private func text(_ column: String) -> String {
        if case .text(let text) = values[column] { text } else { "" }
    }

    private func integer(_ column: String) -> Int64? {
        if case .integer(let integer) = values[column] { integer } else { nil }
    }

    /// The members of the object that `text` is, with the numbers that earlier versions took.
    private static func object(_ text: String) -> [JSONMember]? {
        var scanner = JSONScanner(Array(text.utf8), numbers: .any)
        return try? scanner.members()
    }
}
