import AssistantsStore
import GRDB

/// A slice of an account's messages, of which some match a filter: session by session, in the order of their numbers.
struct AccountMessageQuery: ~Copyable {
    private var begin: PreparedStatement
    private var end: PreparedStatement
    private var sessionsAfter: SessionLookup
    private var sessionsBefore: SessionLookup
    private var after: PreparedStatement
    private var before: PreparedStatement
    private var one: PreparedStatement
    private let index: SearchIndexReader

    init(on connection: SQLiteConnection, _ index: SearchIndexReader) throws {
        // Locals first, as in `MessagePageQuery`.
        let begin = try PreparedStatement("BEGIN", on: connection)
        let end = try PreparedStatement("ROLLBACK", on: connection)
        let sessionsAfter = try SessionLookup(SessionLookup.walk(.after), on: connection)
        let sessionsBefore = try SessionLookup(SessionLookup.walk(.before), on: connection)
        let after = try PreparedStatement(MessagePageQuery.after, on: connection)
        let before = try PreparedStatement(MessagePageQuery.before, on: connection)
        let one = try PreparedStatement(MessagePageQuery.one, on: connection)
        self.begin = begin
        self.end = end
        self.sessionsAfter = sessionsAfter
        self.sessionsBefore = sessionsBefore
        self.after = after
        self.before = before
        self.one = one
        self.index = index
    }

    mutating func run(_ request: AccountMessagesRequest) throws -> Page<Message, AccountMessageCursor> {
        try begin.run()
        defer { try? end.run() }
        let words = request.filter.query.flatMap { SearchWords($0, of: request.account, isOfSession: false) }
        let state = try words == nil ? nil : index.readState()
        return try request.page.page(isContinued: request.isContinued) { direction, bounds, limit, wantsMore in
            var slice = Slice(request, direction, from: bounds.start(direction), limit: limit)
            guard let words, let first = state?.firstSession else {
                return try readSessions(&slice, before: nil, wantsMore).cursor
            }
            // Sessions from the first one on are indexed.
            let outcome =
                switch direction {
                case .after: try readSessions(&slice, before: first, wantsMore)
                case .before: try readCandidates(&slice, words, from: first, wantsMore)
                }
            guard case .exhausted = outcome else { return outcome.cursor }
            return switch direction {
            case .after: try readCandidates(&slice, words, from: first, wantsMore).cursor
            case .before: try readSessions(&slice, before: first, wantsMore).cursor
            }
        }
    }

    /// What is left of a slice.
    private struct Slice {
        let request: AccountMessagesRequest
        let direction: KeysetDirection
        let start: AccountMessageCursor
        /// How many messages are still wanted.
        var limit: Int
        var scan: ScanBudget

        init(
            _ request: AccountMessagesRequest,
            _ direction: KeysetDirection,
            from start: AccountMessageCursor,
            limit: Int
        ) {
            (self.request, self.direction, self.start, self.limit) = (request, direction, start, limit)
            scan = request.page.scan
        }

        var isExamined: Bool { scan.slice <= 0 || scan.sliceBytes <= 0 }
    }

    /// How the reading of a slice, or of a part of it, ended.
    private enum Outcome {
        /// No more is wanted.
        case enough
        /// As much was examined as may be; this was the last.
        case examined(AccountMessageCursor)
        /// There is nothing else.
        case exhausted

        /// `nil` if there is nothing to continue from.
        var cursor: AccountMessageCursor? { if case .examined(let cursor) = self { cursor } else { nil } }
    }

    // MARK: Without an index

    /// Reads all messages of the account's sessions.
    /// - Parameter first: the first session that is not to be read; `nil` for none.
    private mutating func readSessions(
        _ slice: inout Slice,
        before first: SessionNumber?,
        _ wantsMore: (Message, AccountMessageCursor) -> Bool
    ) throws -> Outcome {
        switch slice.direction {
        case .after: try Self.readSessions(&sessionsAfter, &after, &slice, before: first, wantsMore)
        case .before: try Self.readSessions(&sessionsBefore, &before, &slice, before: first, wantsMore)
        }
    }

    private static func readSessions(
        _ sessions: inout SessionLookup,
        _ messages: inout PreparedStatement,
        _ slice: inout Slice,
        before first: SessionNumber?,
        _ wantsMore: (Message, AccountMessageCursor) -> Bool
    ) throws -> Outcome {
        let (request, direction) = (slice.request, slice.direction)
        let end = first?.value ?? .max
        let start = slice.start.firstSession(direction).value
        try sessions.begin(at: SessionNumber(direction == .after ? start : min(start, end - 1)))
        defer { sessions.reset() }
        while let number = try sessions.next(), number.value < end {
            guard sessions.isSession(of: request.account) else {
                // Others' sessions are examined, too.
                slice.scan.slice -= 1
                if slice.isExamined { return .examined(.end(of: number, direction)) }
                continue
            }
            let isStart = number == slice.start.session
            let cursor = isStart ? MessageCursor(session: number, position: slice.start.position) : nil
            var found: [(Message, AccountMessageCursor)] = []
            var isDamaged = false
            let read = try MessagePageQuery.read(
                &messages,
                of: sessions,
                MessagePageQuery.bounds(of: number, direction, from: cursor),
                direction,
                slice.limit,
                request.page.budget,
                slice.scan,
                matching: request.filter
            ) { key, row in
                guard let message = Message(row) else { return isDamaged = true }
                found.append((message, AccountMessageCursor(key)))
            }
            if isDamaged { throw DatabaseError.damagedIndex(of: .message) }
            slice.limit -= found.count
            for (message, cursor) in found where !wantsMore(message, cursor) { return .enough }
            if read.hasMore, let last = read.farthest { return .examined(AccountMessageCursor(last)) }
            slice.scan.slice -= read.examined + 1
            slice.scan.sliceBytes -= read.examinedBytes
            if slice.isExamined { return .examined(.end(of: number, direction)) }
        }
        return .exhausted
    }

    // MARK: By the index

    /// Reads what the index proposes.
    /// - Parameter first: the first session that is indexed.
    private mutating func readCandidates(
        _ slice: inout Slice,
        _ words: SearchWords,
        from first: SessionNumber,
        _ wantsMore: (Message, AccountMessageCursor) -> Bool
    ) throws -> Outcome {
        let direction = slice.direction
        let beginning = MessageKey(first, position: 0).value
        let start = MessageKey(slice.start).value
        let (lower, upper) = direction == .after ? (max(beginning, start), Int64.max) : (beginning, start)
        guard lower < upper else { return .exhausted }
        var candidates = try SearchCandidates(index, words, direction, (MessageKey(lower), MessageKey(upper)))
        defer {
            candidates.end()
            sessionsAfter.reset()
            one.reset()
        }
        /// The session of the last candidate, and whether it is the account's.
        var session: (number: SessionNumber, isOwn: Bool)?
        while let candidate = try candidates.next() {
            guard case .message(let key) = candidate else {
                if case .pause(let key) = candidate { return .examined(AccountMessageCursor(key)) }
                break
            }
            if session?.number != key.session {
                sessionsAfter.reset()
                try sessionsAfter.begin(at: key.session)
                // One that was deleted may have words in the index until its messages are removed.
                let isThere = try sessionsAfter.next() == key.session
                session = (key.session, isThere && sessionsAfter.isSession(of: slice.request.account))
            }
            if session?.isOwn == true {
                guard try readCandidate(key, &slice, wantsMore) else { return .enough }
            }
            slice.scan.slice -= 1
            if slice.isExamined { return .examined(AccountMessageCursor(key)) }
        }
        return .exhausted
    }

    /// - Returns: whether more is wanted.
    private mutating func readCandidate(
        _ key: MessageKey,
        _ slice: inout Slice,
        _ wantsMore: (Message, AccountMessageCursor) -> Bool
    ) throws -> Bool {
        one.reset()
        try one.bind(key.value, at: 1)
        // What was deleted can still be proposed by a damaged index.
        guard try one.step() else { return true }
        let row = MessageRow.row(of: one, sessionID: sessionsAfter.id)
        guard row.isIntact(at: key, in: one) else {
            throw DatabaseError.damagedMessage(one.text(1), of: sessionsAfter.idText)
        }
        slice.scan.sliceBytes -= row.maximumJSONLength
        guard slice.request.filter.matches(row) else { return true }
        guard let message = Message(row) else { throw DatabaseError.damagedIndex(of: .message) }
        return wantsMore(message, AccountMessageCursor(key))
    }
}

extension AccountMessageCursor {
    fileprivate init(_ key: MessageKey) {
        self.init(session: key.session, position: key.position)
    }
}

extension MessageKey {
    /// - Parameter cursor: before all messages, or behind them, too.
    fileprivate init(_ cursor: AccountMessageCursor) {
        switch cursor.session.value {
        case ..<0: self.init(0)
        case ...Self.maximumSessionNumber: self.init(cursor.session, position: cursor.position)
        default: self.init(.max)
        }
    }
}
