import AssistantsStore

/// A slice of an account's messages, of which some match a filter: in the order of their sessions' numbers, several sessions at a time.
enum AccountMessageQuery {
    /// How many sessions are read at once at most.
    static let batch = 64

    /// Values: account, the number at which to begin, how many. Columns: number, key, id, last position.
    static func sessions(_ direction: KeysetDirection) -> String {
        let (comparison, order) = direction == .after ? (">=", "number") : ("<=", "number DESC")
        return """
            SELECT number, session_key, id, last_position FROM session
            WHERE account_sid = $1 AND number \(comparison) $2::bigint ORDER BY \(order) LIMIT $3::bigint
            """
    }

    /// The messages of some sessions. Values: the sessions' keys; number and position of the last message that is not read, and of the last
    /// one that is; the positions between which all of them lie.
    private static func range(_ direction: KeysetDirection) -> String {
        let (behind, upTo) = direction == .after ? (">", "<=") : ("<", ">=")
        return """
            FROM session JOIN message USING (session_key)
            WHERE session.session_key = ANY ($1::bytea[])
            AND (number, position) \(behind) ($2::bigint, $3::bigint) AND (number, position) \(upTo) ($4::bigint, $5::bigint)
            AND message.position BETWEEN $6::bigint AND $7::bigint
            """
    }

    static func order(_ direction: KeysetDirection) -> String {
        direction == .after ? "number, position" : "number DESC, position DESC"
    }

    /// Further value: how many. Columns: number, position, and how many bytes the message has.
    static func lengths(_ direction: KeysetDirection) -> String {
        """
        SELECT number, position, octet_length(content) + octet_length(meta) \(range(direction))
        ORDER BY \(order(direction)) LIMIT $8::bigint
        """
    }

    /// Columns: number, position, and those of a message.
    static func rows(_ direction: KeysetDirection) -> String {
        """
        SELECT number, position, \(MessageRow.qualifiedColumns) \(range(direction)) ORDER BY \(order(direction))
        """
    }

    static func run(
        _ request: AccountMessagesRequest,
        _ connection: inout PostgresConnection
    ) throws -> Page<Message, AccountMessageCursor> {
        let words = try request.filter.query.flatMap { query in
            let unmarked = try connection.run(SearchTermsRow.unmarkedSession, [request.account])
            return unmarked.count == 0 ? SearchTermsRow.query(query, of: request.account) : nil
        }
        return try request.page.page(isContinued: request.isContinued) { direction, bounds, _, wantsMore in
            var slice = Slice(request, direction, from: bounds.start(direction))
            if let words {
                switch try slice.readCandidates(words, &connection, wantsMore) {
                case .ended(let cursor): return cursor
                case .timedOut: break
                }
            }
            return try slice.read(&connection, wantsMore)
        }
    }

    struct Slice {
        let request: AccountMessagesRequest
        let direction: KeysetDirection
        /// The last message that was examined.
        var cursor: AccountMessageCursor
        var scan: ScanBudget

        init(_ request: AccountMessagesRequest, _ direction: KeysetDirection, from cursor: AccountMessageCursor) {
            (self.request, self.direction, self.cursor) = (request, direction, cursor)
            scan = request.page.scan
        }

        /// - Returns: whether more is wanted.
        func compare(
            _ rows: borrowing PostgresResult,
            _ row: Int,
            from column: Int32,
            of session: SessionID,
            _ cursor: AccountMessageCursor,
            _ wantsMore: (Message, AccountMessageCursor) -> Bool
        ) throws -> Bool {
            let sessionID = session.text.utf8.span.bytes
            let found = MessageRow.row(row, of: rows, from: column, sessionID: sessionID)
            guard request.filter.matches(found) else { return true }
            guard let message = Message(found) else {
                throw PostgresError(sqlState: "XX001", message: "a message has an unknown role")
            }
            return wantsMore(message, cursor)
        }

        /// Reads all messages of the account's sessions.
        /// - Returns: `cursor`; `nil` if there was nothing else to examine, or no more is wanted.
        mutating func read(
            _ connection: inout PostgresConnection,
            _ wantsMore: (Message, AccountMessageCursor) -> Bool
        ) throws -> AccountMessageCursor? {
            while scan.slice > 0, scan.sliceBytes > 0 {
                let sessions = try connection.run(
                    AccountMessageQuery.sessions(direction),
                    [request.account, cursor.firstSession(direction).value, AccountMessageQuery.batch]
                )
                guard let batch = Batch(sessions, upTo: scan.slice) else { return nil }
                let end = try end(of: batch, &connection)
                let rows = try connection.run(AccountMessageQuery.rows(direction), values(batch, upTo: end))
                for row in 0..<rows.count {
                    let number = SessionNumber(rows.integer(row, 0))
                    guard let id = batch.ids[number] else { continue }
                    let cursor = AccountMessageCursor(session: number, position: rows.integer(row, 1))
                    guard try compare(rows, row, from: 2, of: id, cursor, wantsMore) else { return nil }
                }
                cursor = end
                // Empty sessions are examined, too.
                scan.slice -= batch.keys.count
            }
            return cursor
        }

        /// How far the batch is read, so that it exceeds neither the slice nor its bytes.
        private mutating func end(
            of batch: Batch,
            _ connection: inout PostgresConnection
        ) throws -> AccountMessageCursor {
            let end = batch.end(from: cursor, direction, count: scan.slice)
            let lengths = try connection.run(
                AccountMessageQuery.lengths(direction),
                values(batch, upTo: end) + [scan.slice]
            )
            for row in 0..<lengths.count {
                scan.slice -= 1
                scan.sliceBytes -= Int(lengths.integer(row, 2))
                if scan.slice <= 0 || scan.sliceBytes <= 0 {
                    return AccountMessageCursor(
                        session: SessionNumber(lengths.integer(row, 0)),
                        position: lengths.integer(row, 1)
                    )
                }
            }
            return end
        }

        private func values(_ batch: Batch, upTo end: AccountMessageCursor) -> [(any PostgresValue)?] {
            let positions = batch.positions(from: cursor, to: end)
            return [BytesArray(batch.keys)]
                + (cursor.values + end.values + [positions.lowerBound, positions.upperBound])
        }
    }

    /// Sessions that are read at once.
    private struct Batch {
        private(set) var keys: [[UInt8]] = []
        private(set) var ids: [SessionNumber: SessionID] = [:]
        private var last: (number: SessionNumber, lastPosition: Int64)

        /// - Parameters:
        ///   - sessions: at least the first of them is in the batch.
        ///   - count: how many messages the others may have, together with it, counting those that were deleted.
        init?(_ sessions: borrowing PostgresResult, upTo count: Int) {
            guard sessions.count > 0 else { return nil }
            var messages: Int64 = 0
            last = (SessionNumber(0), 0)
            for row in 0..<sessions.count {
                let (number, lastPosition) = (SessionNumber(sessions.integer(row, 0)), sessions.integer(row, 3))
                messages += lastPosition
                guard keys.isEmpty || messages <= Int64(count) else { break }
                keys.append(sessions.array(row, 1))
                ids[number] = SessionID(unchecked: sessions.text(row, 2))
                last = (number, lastPosition)
            }
        }

        /// The last message that is read of the batch. A session that is longer than the slice is the only one, and read up to there.
        func end(from cursor: AccountMessageCursor, _ direction: KeysetDirection, count: Int) -> AccountMessageCursor {
            let (count, lastPosition) = (Int64(count), last.lastPosition)
            let isFirst = cursor.session == last.number
            var end = AccountMessageCursor.end(of: last.number, direction)
            switch direction {
            case .after:
                let position = (isFirst ? cursor.position : 0) + count
                if position < lastPosition { end.position = position }
            case .before:
                let position = min(isFirst ? cursor.position : .max, lastPosition + 1) - count
                if position > 0, lastPosition > count { end.position = position }
            }
            return end
        }

        /// A range that has the positions of all messages between two cursors. Within one session, it keeps the database from reading all of
        /// it.
        func positions(from start: AccountMessageCursor, to end: AccountMessageCursor) -> ClosedRange<Int64> {
            guard keys.count == 1 else { return 0...Int64.max }
            guard start.session == end.session else {
                // From the beginning of this one, or from its end.
                return start.session.value < end.session.value ? 0...end.position : end.position...Int64.max
            }
            return min(start.position, end.position)...max(start.position, end.position)
        }
    }
}
