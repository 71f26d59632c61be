package import AssistantsStore

extension PostgresStore {
    /// Reads one state of the whole database, which may be in use, and looks for what must not be.
    /// - Returns: what is wrong, in sentences that name ids and never contents; nothing if all is right.
    package func problems() async throws(StoreError) -> [String] {
        try await readOneState { connection in
            // Large tables take their time.
            try connection.execute("SET LOCAL statement_timeout = 0")
            var problems: [String] = []
            for invariant in StoredInvariant.all { problems += try invariant.violations(&connection) }
            problems += try StoredInvariant.repeatedNumbers(&connection)
            for table in StoredTable.allCases { problems += try Self.unreadableRows(of: table, &connection) }
            return problems
        }
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
