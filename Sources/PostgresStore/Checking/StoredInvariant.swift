import AssistantsStore
import TextSearch

/// What is always true of the rows together: a query for those that break it.
struct StoredInvariant {
    /// Gives the sentences' subjects.
    private let query: String
    private let predicate: String
    /// What `Migrator.finish` must have filled for it to hold; `nil` if it always does.
    private var filling: Migrator.Filling?

    static let all = [
        StoredInvariant(
            query: """
                SELECT 'Message ' || id FROM message
                WHERE NOT EXISTS (SELECT FROM session WHERE session.session_key = message.session_key)
                """,
            predicate: "belongs to no session"
        ),
        StoredInvariant(
            query: """
                SELECT 'Message ' || message.id || ' of session ' || session.id
                FROM message JOIN session USING (session_key)
                WHERE position NOT BETWEEN 1 AND last_position
                """,
            predicate: "is not in a position from 1 to its session's last position"
        ),
        StoredInvariant(
            query: "SELECT 'Session ' || id FROM session WHERE last_position < 0 OR number < 1",
            predicate: "has a last position or a number that no session has"
        ),
        StoredInvariant(
            query: "SELECT 'Session ' || id FROM session WHERE \(isNotDigest("session_key", of: "id"))",
            predicate: "has a key that is not made of its account and id"
        ),
        StoredInvariant(
            query: "SELECT 'Turn ' || id FROM turn WHERE \(isNotDigest("session_key", of: "session_id"))",
            predicate: "has a key that is not made of its account and session"
        ),
        StoredInvariant(
            query: """
                SELECT 'Idempotency key ' || key || ' of account ' || account_sid FROM idempotency_key
                WHERE \(isNotDigest("key_digest", of: "key"))
                """,
            predicate: "has a digest that is not made of its account and key"
        ),
        StoredInvariant(
            // Of a callback that was copied, it is not the session's.
            query: "SELECT 'Webhook ' || number FROM callback WHERE octet_length(session_key) <> 16",
            predicate: "has a session key that is not 16 bytes long"
        ),
        losses,
        messagesWithoutTerms,
        StoredInvariant(
            query: "SELECT 'Session ' || id FROM session WHERE last_activity IS NULL",
            predicate: "has no last activity: a server of an earlier version made it after the upgrade was finished",
            filling: .lastActivity
        ),
    ]

    /// Messages that no search would find.
    static let messagesWithoutTerms = StoredInvariant(
        query: """
            SELECT 'Message ' || message.id || ' of session ' || session.id
            FROM message JOIN session USING (session_key)
            WHERE search_version = \(SearchTerms.version) AND NOT EXISTS (
                SELECT FROM search_terms
                WHERE search_terms.session_key = message.session_key AND search_terms.position = message.position
            )
            """,
        predicate: "is not in the search index: run `understudy database search rebuild`"
    )

    /// Sessions that lack messages which nobody has deleted.
    static let losses = StoredInvariant(
        query: "SELECT 'Session ' || id FROM session WHERE deletions IS DISTINCT FROM \(Migrator.deletions)",
        predicate: "has not all of its messages: some that nobody deleted are missing",
        filling: .deletions
    )

    /// As `AccountDigest` makes it.
    private static func isNotDigest(_ column: String, of text: String) -> String {
        "\(column) <> substr(sha256(convert_to(account_sid || \(text), 'UTF8')), 1, 16)"
    }

    func violations(_ connection: inout PostgresConnection) throws -> [String] {
        if let filling, try Migrator.unfinished(&connection).contains(filling) { return [] }
        var problems = ProblemList(predicate)
        let rows = try connection.run("\(query) LIMIT \(ProblemList.maximumCount + 1)")
        for name in rows.map({ $0.text($1, 0) }) { problems.append("\(name) \(predicate)") }
        return problems.sentences
    }

    /// Sequences that would give a number a second time.
    static func repeatedNumbers(_ connection: inout PostgresConnection) throws -> [String] {
        var problems: [String] = []
        for table in StoredTable.numbered.map(\.rawValue) {
            let used = try connection.run("SELECT coalesce(max(number), 0) FROM \(table)").integer(0, 0)
            // Behind the rows: the sequence is not read as of the transaction's beginning.
            let last = try connection.run(
                "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM \(table)_number"
            ).integer(0, 0)
            guard last < used else { continue }
            problems.append("The sequence \(table)_number is behind the numbers of the table \(table)")
        }
        return problems
    }
}
