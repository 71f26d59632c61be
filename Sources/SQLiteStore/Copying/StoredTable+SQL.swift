import AssistantsStore

extension StoredTable {
    /// The setting that tells how far an unfinished copy is.
    static let unfinishedCopy = "unfinished_copy"

    /// What rows are read from: it has the table's columns and `key`.
    private var source: String {
        switch self {
        case .setting: "(SELECT * FROM setting WHERE name <> '\(Self.unfinishedCopy)')"
        case .number:
            """
            (SELECT column1 AS name, coalesce((SELECT seq FROM sqlite_sequence WHERE name = column1), 0) AS value
            FROM (VALUES \(Self.numbered.map { "('\($0.rawValue)')" }.joined(separator: ", "))))
            """
        case .message:
            // What is left of a deleted session has none. CROSS JOIN: messages first, in the order of their keys.
            """
            (SELECT message.key, session.account_sid, session.id AS session_id, session.number AS session_number,
                message.key & \(MessageKey.maximumPosition) AS position, \(messageColumns),
                \(ChecksummedTable.message.isIntact) AS is_intact
            FROM message CROSS JOIN session ON session.number = message.key >> 32)
            """
        default: rawValue
        }
    }

    /// Those of a message that are not in its key.
    private var messageColumns: String {
        copiedColumns.dropFirst(4).map { "message.\($0)" }.joined(separator: ", ")
    }

    /// What tells a table's rows apart: its primary key.
    private var key: String {
        switch self {
        case .setting, .number: "name"
        case .account, .apiKey: "sid"
        case .message: "key"
        default: "number"
        }
    }

    var checksummed: ChecksummedTable? { ChecksummedTable.all.first { $0.table == self } }

    /// Whether a row of `source` is as it was written.
    private var isIntact: String {
        switch self {
        case .message: "is_intact"
        default: checksummed?.isIntact ?? "1"
        }
    }

    var count: String { "SELECT count(*) FROM \(self == .number ? source : rawValue)" }

    /// Values: the key behind which to read, where it is behind one, and how many rows. Columns: the key, whether the row is as
    /// it was written, then the table's.
    func rows(isFirst: Bool) -> String {
        """
        SELECT \(key), \(isIntact) AS is_intact, \(copiedColumns.joined(separator: ", "))
        FROM \(source) \(isFirst ? "" : "WHERE \(key) > ?")
        ORDER BY \(key) LIMIT ?
        """
    }

    /// Values: those of `copiedColumns`; of messages, the key and those behind the position.
    var insertion: String {
        switch self {
        case .setting: return "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)"
        case .number: return "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)"
        case .message: return ChecksummedTable.message.insertion(of: ["key"] + copiedColumns.dropFirst(4))
        default:
            if let checksummed { return checksummed.insertion(of: copiedColumns) }
            let parameters = copiedColumns.map { _ in "?" }.joined(separator: ", ")
            return "INSERT INTO \(rawValue) (\(copiedColumns.joined(separator: ", "))) VALUES (\(parameters))"
        }
    }
}
