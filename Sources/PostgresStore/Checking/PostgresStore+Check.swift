package import AssistantsStore
import TextSearch

extension PostgresStore {
    /// Reads one state of the whole database, which may be in use, and looks for what must not be.
    /// - Parameter isDeep: whether every word of the search index is compared with the messages.
    /// - Returns: what is wrong, in sentences that name ids and never contents; nothing if all is right.
    package func problems(isDeep: Bool = false) async throws(StoreError) -> [String] {
        try await readOneState { connection in
            // Large tables take their time.
            try connection.execute("SET LOCAL statement_timeout = 0")
            var problems: [String] = []
            for invariant in StoredInvariant.all { problems += try invariant.violations(&connection) }
            problems += try StoredInvariant.repeatedNumbers(&connection)
            for table in StoredTable.allCases { problems += try Self.unreadableRows(of: table, &connection) }
            return problems + (isDeep ? try Self.otherWords(&connection) : [])
        }
    }

    /// The messages of which the search index has other words.
    private static func otherWords(_ connection: inout PostgresConnection) throws -> [String] {
        let predicate = "has other words in the search index: run `understudy database search rebuild`"
        var problems = ProblemList(predicate)
        var last: (key: [UInt8], position: Int64)? = ([], 0)
        while let (key, position) = last {
            let rows = try connection.run(
                """
                SELECT message.session_key, message.position, account_sid, session.id, message.id, content,
                    array_to_string(tsvector_to_array(terms), ' ')
                FROM message
                JOIN session ON session.session_key = message.session_key
                JOIN search_terms
                    ON search_terms.session_key = message.session_key AND search_terms.position = message.position
                WHERE search_version = $1::bigint AND (message.session_key, message.position) > ($2::bytea, $3::bigint)
                ORDER BY message.session_key, message.position LIMIT 20
                """,
                [SearchTerms.version, key, position]
            )
            for row in 0..<rows.count {
                let (key, position) = (SessionKey(bytes: rows.array(row, 0)), rows.integer(row, 1))
                let prefix = AccountSID(unchecked: rows.text(row, 2)).searchPrefix
                let content = JSONObject(unchecked: rows.text(row, 5))
                if !SearchTermsRow(content, at: position, of: key, prefix: prefix).hasWords(rows.text(row, 6)) {
                    problems.append("Message \(rows.text(row, 4)) of session \(rows.text(row, 3)) \(predicate)")
                }
            }
            last = rows.count == 0 ? nil : (rows.array(rows.count - 1, 0), rows.integer(rows.count - 1, 1))
        }
        return problems.sentences
    }

    /// The rows of a table with a value that it cannot have. Holds few rows at a time: each may have megabytes.
    private static func unreadableRows(
        of table: StoredTable,
        _ connection: inout PostgresConnection
    ) throws -> [String] {
        var problems = ProblemList("values of the table \(table.rawValue)")
        var cursor: [StoredValue]?
        repeat {
            let batch = try connection.rows(of: table, after: cursor, limit: 100)
            for row in batch.rows {
                let checker = RowCheck(table, row)
                for problem in checker.problems { problems.append("\(checker.name): \(problem)") }
            }
            cursor = batch.cursor
        } while cursor != nil
        return problems.sentences
    }
}
