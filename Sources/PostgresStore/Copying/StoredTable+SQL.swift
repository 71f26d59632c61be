import AssistantsStore

extension StoredTable {
    /// The setting that tells how far an unfinished copy is.
    static let unfinishedCopy = "unfinished_copy"

    /// What rows are read from: it has the table's columns and those of `key`.
    private var source: String {
        switch self {
        case .setting:
            """
            (SELECT * FROM setting WHERE name NOT IN (\(([Self.unfinishedCopy, SearchIndexSetting.name]
                + Migrator.Filling.allCases.map(\.rawValue))
                .map { "'\($0)'" }.joined(separator: ", ")))) AS rows
            """
        case .number:
            """
            (\(Self.numbered.map(\.rawValue).map { name in
                """
                SELECT '\(name)' AS name, CASE WHEN is_called THEN last_value ELSE 0 END AS value FROM \(name)_number
                """
            }.joined(separator: " UNION ALL "))) AS rows
            """
        case .session:
            // With a column in the inner SELECT: Citus cannot send the result of one without (13.0).
            """
            (SELECT session_key, \(copiedColumns.filter { $0 != "last_activity" }.joined(separator: ", ")),
                CASE WHEN EXISTS (SELECT 1 FROM setting WHERE name = '\(Migrator.Filling.lastActivity.rawValue)')
                    THEN last_activity ELSE \(Migrator.knownActivity) END AS last_activity
            FROM session) AS rows
            """
        case .message:
            """
            (SELECT session_key, session.account_sid, session.id AS session_id, session.number AS session_number,
                \(copiedColumns.dropFirst(3).map { "message.\($0)" }.joined(separator: ", "))
            FROM message JOIN session USING (session_key)) AS rows
            """
        default: rawValue
        }
    }

    /// What tells a table's rows apart, in the order of an index.
    private var key: [String] {
        switch self {
        case .setting, .number: ["name"]
        case .account, .apiKey: ["sid"]
        case .session: ["session_key"]
        case .message: ["session_key", "position"]
        case .idempotencyKey: ["key_digest"]
        case .turn, .callback: ["session_key", "number"]
        default: ["account_sid", "id"]
        }
    }

    var keyCount: Int { key.count }

    var count: String { "SELECT count(*) FROM \(self == .number ? source : rawValue)" }

    /// Values: those of the key behind which to read, where it is behind one, and how many rows. Columns: the key's, then
    /// the table's.
    func rows(isFirst: Bool) -> String {
        let keys = key.joined(separator: ", ")
        let parameters = key.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        let condition = isFirst ? "" : "WHERE (\(keys)) > (\(parameters))"
        return """
            SELECT \((key + copiedColumns).joined(separator: ", ")) FROM \(source) \(condition)
            ORDER BY \(keys) LIMIT $\(isFirst ? 1 : key.count + 1)::bigint
            """
    }

    /// How the table's rows are written.
    enum Writing {
        /// A row at a time, by its two values.
        case statement(String)
        /// As `COPY` wants it: the digest of a row's first two values goes before what is left of it.
        case copy(columns: [String], hasDigest: Bool, leftOut: Int)
    }

    var writing: Writing {
        switch self {
        case .setting:
            .statement(
                """
                INSERT INTO setting (name, value) VALUES ($1, $2)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """
            )
        case .number:
            .statement("SELECT setval($1 || '_number', $2::bigint) WHERE $2::bigint > 0")
        case .session, .turn, .callback:
            .copy(columns: ["session_key"] + copiedColumns, hasDigest: true, leftOut: 0)
        case .idempotencyKey:
            .copy(columns: ["key_digest"] + copiedColumns, hasDigest: true, leftOut: 0)
        case .message:
            // Account, session and its number are the session's.
            .copy(columns: ["session_key"] + copiedColumns.dropFirst(3), hasDigest: true, leftOut: 3)
        default:
            .copy(columns: copiedColumns, hasDigest: false, leftOut: 0)
        }
    }
}
