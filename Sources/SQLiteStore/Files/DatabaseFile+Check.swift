import AssistantsStore
import GRDB

extension DatabaseFile {
    /// Invariants of this schema version that SQLite does not check: a query that counts violations, and a name for
    /// them.
    private static let invariants = [
        (
            """
            SELECT count(*) FROM message
            WHERE key >> 32 NOT IN (SELECT number FROM session UNION ALL SELECT number FROM deleted_session)
            """,
            "messages belong to no session"
        ),
        (
            """
            SELECT count(*) FROM session
            WHERE last_position < (
                SELECT key & \(MessageKey.maximumPosition) FROM message
                WHERE key > session.number << 32 AND key <= session.number << 32 | \(MessageKey.maximumPosition)
                ORDER BY key DESC LIMIT 1
            )
            """,
            "sessions have messages behind their last position"
        ),
        (Database.losses.query, Database.losses.name),
        (
            "SELECT count(*) FROM session WHERE settled_activity <> last_activity",
            "sessions are indexed by another time than their last activity"
        ),
        (
            """
            SELECT count(*) FROM message
            WHERE role NOT IN (\(MessageRole.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")))
                OR NOT json_valid(content) OR NOT json_valid(meta)
                OR json_type(content) <> 'object' OR json_type(meta) <> 'object'
            """,
            "messages have a role that none has, or a content or meta that is no JSON object"
        ),
    ]

    /// The rows of a table that are not as they were written, as `ChecksummedTable.id(of:)` takes them.
    private static func damagedRows(of table: ChecksummedTable) -> String {
        let rows =
            switch table.table {
            case .message:
                """
                SELECT message.id, session.id AS session_id
                FROM message JOIN session ON session.number = message.key >> 32
                """
            default: "SELECT * FROM \(table.name)"
            }
        return "\(rows) WHERE NOT \(table.isIntact) LIMIT 100"
    }

    /// The rows without checksums that have values that they cannot have, some of which may be of a newer version.
    private static func unreadableRows(_ db: Database) throws -> [String] {
        let turns = try TurnRow.damaged(db).map { ("\(StoredTable.turn.kind) \($0.turn.id)", $0.turn.damagedColumns) }
        let callbacks = try CallbackRow.damaged(db).map {
            ("\(StoredTable.callback.kind) \($0.number)", $0.damagedColumns)
        }
        return (turns + callbacks).prefix(100).map { DatabaseError.unreadable($0, $1).reason }
    }

    /// Reads all of the database, which may be in use, and looks for what must not be. Of one of an older version, only SQLite's
    /// own part can be checked.
    /// - Parameters:
    ///   - isOfSearchIndex: whether the search index is checked, too.
    ///   - isDeep: whether every word of it is compared with the messages.
    /// - Returns: what is wrong, in words; nothing where all is right.
    /// - Throws: `DatabaseFileError` where it is not to be read at all.
    package func problems(isOfSearchIndex: Bool = true, isDeep: Bool = false) throws -> [String] {
        let state = try requireDatabase()
        do {
            return try DatabaseQueue(path: path, configuration: readOnly).read { db in
                // Newer versions of SQLite (3.44) look at the search index, too.
                let damages = try String.fetchAll(db, sql: "PRAGMA integrity_check")
                    .filter { $0 != "ok" && (isOfSearchIndex || !$0.contains(SearchPart.tablePrefix)) }
                // What is damaged cannot be counted.
                guard damages.isEmpty else { return damages + ((try? Self.unreadableRows(db)) ?? []) }
                var problems = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").map { row in
                    "A row of \(row["table"] as String) belongs to a row of \(row["parent"] as String) that is not there"
                }
                guard state == .current else { return problems }
                guard try db.unfinishedCopy() == nil else { return problems + ["A copy into it was not finished"] }
                for (query, what) in Self.invariants {
                    let count = try Int.fetchOne(db, sql: query) ?? 0
                    if count > 0 { problems.append("\(count) \(what)") }
                }
                if isOfSearchIndex { problems += try db.problemsOfSearchIndex(isDeep: isDeep) }
                for table in ChecksummedTable.all {
                    problems += try Row.fetchAll(db, sql: Self.damagedRows(of: table)).map { row in
                        DatabaseError.damagedRow(table, table.id(of: row)).reason
                    }
                }
                return try problems + Self.unreadableRows(db)
            }
        } catch let error as DatabaseError {
            guard error.resultCode.isOfDamage else { throw failure(error) }
            return ["It cannot be read: \(error.reason)"]
        }
    }
}
