import AssistantsStore

/// What the search index proposes, and the messages that it names.
extension AccountMessageQuery {
    /// What the index proposes. Values: account, number and position of the last message that is not read, the words, and how many. Columns:
    /// number, position, the session's key and its id.
    ///
    /// PostgreSQL reads either the rows of all of its words, or those of session after session until it has found enough of them, whichever
    /// is less by its statistics.
    static func candidates(_ direction: KeysetDirection) -> String {
        let (behind, from) = direction == .after ? (">", ">=") : ("<", "<=")
        return """
            SELECT number, position, session_key, session.id FROM session JOIN search_terms USING (session_key)
            WHERE account_sid = $1 AND number \(from) $2::bigint
                AND (number, position) \(behind) ($2::bigint, $3::bigint) AND terms @@ $4::tsquery
            ORDER BY \(order(direction)) LIMIT $5::bigint
            """
    }

    /// Messages of a session. Values: its key, positions, and how long a text may be. Columns: position, how many bytes the message has, and
    /// those of a message without longer texts.
    fileprivate static let messages = """
        SELECT position, octet_length(content) + octet_length(meta),
            \(MessageRow.columns { "CASE WHEN octet_length(\($0)) <= $3::bigint THEN \($0) END" })
        FROM message WHERE session_key = $1::bytea AND position = ANY ($2::bigint[])
        """

    /// Values: the session's key and a position. Columns: those of a message.
    fileprivate static let message = """
        SELECT \(MessageRow.columns { $0 }) FROM message WHERE session_key = $1::bytea AND position = $2::bigint
        """

    /// What the index proposes of a session.
    fileprivate struct Candidates {
        let key: [UInt8]
        let id: SessionID
        let number: SessionNumber
        /// In the direction of reading.
        var positions: [Int64]

        /// - Parameter rows: a result of `candidates`.
        static func sessions(_ rows: borrowing PostgresResult) -> [Candidates] {
            var sessions: [Candidates] = []
            for row in 0..<rows.count {
                let (number, position) = (SessionNumber(rows.integer(row, 0)), rows.integer(row, 1))
                if sessions.last?.number == number {
                    sessions[sessions.count - 1].positions.append(position)
                } else {
                    let id = SessionID(unchecked: rows.text(row, 3))
                    sessions.append(Candidates(key: rows.array(row, 2), id: id, number: number, positions: [position]))
                }
            }
            return sessions
        }
    }
}

extension AccountMessageQuery.Slice {
    enum Outcome {
        /// As `read` returns.
        case ended(AccountMessageCursor?)
        /// To find what is proposed takes longer than a request may.
        case timedOut
    }

    /// Reads what the index proposes.
    mutating func readCandidates(
        _ words: String,
        _ connection: inout PostgresConnection,
        _ wantsMore: (Message, AccountMessageCursor) -> Bool
    ) throws -> Outcome {
        // Planned by these words, not by any.
        try connection.execute(
            "SAVEPOINT index; SET LOCAL statement_timeout = '200ms'; SET LOCAL plan_cache_mode = force_custom_plan"
        )
        // What follows has the time that it had before.
        let end = "ROLLBACK TO SAVEPOINT index; RELEASE SAVEPOINT index"
        do {
            let cursor = try readCandidatesInTime(words, &connection, wantsMore)
            try connection.execute(end)
            return .ended(cursor)
        } catch let error as PostgresError where error.isTimeout {
            try connection.execute(end)
            return .timedOut
        }
    }

    private mutating func readCandidatesInTime(
        _ words: String,
        _ connection: inout PostgresConnection,
        _ wantsMore: (Message, AccountMessageCursor) -> Bool
    ) throws -> AccountMessageCursor? {
        var count = AccountMessageQuery.batch
        while scan.slice > 0, scan.sliceBytes > 0 {
            count = min(count, scan.slice)
            let rows = try connection.run(
                AccountMessageQuery.candidates(direction),
                [request.account] + cursor.values + [words, count]
            )
            let sessions = AccountMessageQuery.Candidates.sessions(rows)
            let maximumLength = request.page.scan.sliceBytes / 2 / count
            let messages = try connection.run(
                AccountMessageQuery.messages,
                of: sessions.map { [$0.key, TextArray($0.positions.map { String($0) }), maximumLength] }
            )
            for (session, messages) in zip(sessions, messages) {
                guard try read(session, messages.result, &connection, wantsMore) else { return nil }
                if scan.sliceBytes <= 0 { return cursor }
            }
            guard rows.count == count else { return nil }
            scan.slice -= count
            count *= 4
        }
        return cursor
    }

    /// Compares what is proposed of a session, and moves `cursor` behind each message that was compared, from which texts are read if a
    /// statement takes too long.
    /// - Parameter messages: a result of `messages`, without those that are gone.
    /// - Returns: whether more is wanted.
    private mutating func read(
        _ session: AccountMessageQuery.Candidates,
        _ messages: borrowing PostgresResult,
        _ connection: inout PostgresConnection,
        _ wantsMore: (Message, AccountMessageCursor) -> Bool
    ) throws -> Bool {
        var rows: [Int64: Int] = [:]
        for row in 0..<messages.count { rows[messages.integer(row, 0)] = row }
        for position in session.positions where scan.sliceBytes > 0 {
            let next = AccountMessageCursor(session: session.number, position: position)
            var isWanted = true
            if let row = rows[position] {
                scan.sliceBytes -= Int(messages.integer(row, 1))
                if !MessageRow.lacksText(row, of: messages, from: 2) {
                    isWanted = try compare(messages, row, from: 2, of: session.id, next, wantsMore)
                } else if case let whole = try connection.run(
                    AccountMessageQuery.message,
                    [session.key, position]
                ), whole.count > 0 {
                    isWanted = try compare(whole, 0, from: 0, of: session.id, next, wantsMore)
                }
            }
            guard isWanted else { return false }
            cursor = next
        }
        return true
    }
}
