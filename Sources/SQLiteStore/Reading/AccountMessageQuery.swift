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

    init(on connection: SQLiteConnection) throws {
        // Locals first, as in `MessagePageQuery`.
        let begin = try PreparedStatement("BEGIN", on: connection)
        let end = try PreparedStatement("ROLLBACK", on: connection)
        let sessionsAfter = try SessionLookup(SessionLookup.walk(.after), on: connection)
        let sessionsBefore = try SessionLookup(SessionLookup.walk(.before), on: connection)
        let after = try PreparedStatement(MessagePageQuery.after, on: connection)
        let before = try PreparedStatement(MessagePageQuery.before, on: connection)
        self.begin = begin
        self.end = end
        self.sessionsAfter = sessionsAfter
        self.sessionsBefore = sessionsBefore
        self.after = after
        self.before = before
    }

    mutating func run(_ request: AccountMessagesRequest) throws -> Page<Message, AccountMessageCursor> {
        try begin.run()
        defer { try? end.run() }
        return try request.page.page(isContinued: request.isContinued) { direction, bounds, limit, wantsMore in
            switch direction {
            case .after:
                try Self.read(&sessionsAfter, &after, direction, bounds, limit, request, wantsMore)
            case .before:
                try Self.read(&sessionsBefore, &before, direction, bounds, limit, request, wantsMore)
            }
        }
    }

    /// - Returns: the last cursor that was examined; `nil` if there was nothing else to examine, or no more is wanted.
    private static func read(
        _ sessions: inout SessionLookup,
        _ messages: inout PreparedStatement,
        _ direction: KeysetDirection,
        _ bounds: KeysetBounds<AccountMessageCursor>,
        _ limit: Int,
        _ request: AccountMessagesRequest,
        _ wantsMore: (Message, AccountMessageCursor) -> Bool
    ) throws -> AccountMessageCursor? {
        let start = bounds.start(direction)
        var scan = request.page.scan
        var left = limit
        try sessions.begin(at: start.firstSession(direction))
        defer { sessions.reset() }
        while let number = try sessions.next() {
            guard sessions.isSession(of: request.account) else {
                // Others' sessions are examined, too.
                scan.slice -= 1
                if scan.slice <= 0 { return .end(of: number, direction) }
                continue
            }
            let anchor = number == start.session ? MessageCursor(session: number, position: start.position) : nil
            var found: [(Message, AccountMessageCursor)] = []
            var isDamaged = false
            let read = try MessagePageQuery.read(
                &messages,
                of: sessions,
                MessagePageQuery.bounds(of: number, direction, from: anchor),
                direction,
                left,
                request.page.budget,
                scan,
                matching: request.filter
            ) { key, row in
                guard let message = Message(row) else { return isDamaged = true }
                found.append((message, AccountMessageCursor(session: number, position: key.position)))
            }
            if isDamaged { throw DatabaseError.damagedIndex(of: .message) }
            left -= found.count
            for (message, cursor) in found where !wantsMore(message, cursor) { return nil }
            if read.hasMore, let last = read.farthest {
                return AccountMessageCursor(session: number, position: last.position)
            }
            scan.slice -= read.examined + 1
            scan.sliceBytes -= read.examinedBytes
            if scan.slice <= 0 || scan.sliceBytes <= 0 { return .end(of: number, direction) }
        }
        return nil
    }
}
