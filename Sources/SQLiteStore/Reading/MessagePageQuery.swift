import AssistantsStore
import GRDB

/// The query that Understudy exists for: one page of one session's messages.
///
/// Keyset pagination: the page is a range of `message`'s primary key, so it costs the same however deep it lies and
/// however many messages there are. One row more than the page holds is asked for, to know whether another follows.
///
/// A row that is not as it was written is an error, and so is one that is missing where none was deleted.
struct MessagePageQuery: ~Copyable {
    static let after = page(order: "key")
    static let before = page(order: "key DESC")
    /// Values: session number, id. Columns: the key, and whether the row is as it was written.
    static let key = """
        SELECT key, \(ChecksummedTable.message.isIntact(with: ["id": "?2"])) FROM message WHERE key >> 32 = ?1 AND id = ?2
        """
    static let any = "SELECT 1 FROM message WHERE key > ? AND key < ? LIMIT 1"

    /// Value: the key.
    static let one = "SELECT \(MessageRow.columns) FROM message WHERE key = ?"

    private static func page(order: String) -> String {
        """
        SELECT \(MessageRow.columns)
        FROM message WHERE key > ? AND key < ? ORDER BY \(order) LIMIT ?
        """
    }

    private var begin: PreparedStatement
    private var end: PreparedStatement
    private var session: SessionLookup
    private var after: PreparedStatement
    private var before: PreparedStatement
    private var key: PreparedStatement
    private var any: PreparedStatement
    private var one: PreparedStatement
    private let index: SearchIndexReader
    private let limits: StoreLimits

    init(on connection: SQLiteConnection, _ index: SearchIndexReader, _ limits: StoreLimits) throws {
        // Locals first: the compiler cannot take a half-made struct of statements apart when one of them fails.
        let begin = try PreparedStatement("BEGIN", on: connection)
        let end = try PreparedStatement("ROLLBACK", on: connection)
        let session = try SessionLookup(on: connection)
        let after = try PreparedStatement(Self.after, on: connection)
        let before = try PreparedStatement(Self.before, on: connection)
        let key = try PreparedStatement(Self.key, on: connection)
        let any = try PreparedStatement(Self.any, on: connection)
        let one = try PreparedStatement(Self.one, on: connection)
        self.begin = begin
        self.end = end
        self.session = session
        self.after = after
        self.before = before
        self.key = key
        self.any = any
        self.one = one
        self.index = index
        self.limits = limits
    }

    /// What is read is read in one transaction, so that the session, its page and the page's neighbours are of one state.
    mutating func run(
        _ request: MessagePageRequest,
        _ body: (borrowing MessageRow) -> Void
    ) throws -> MessagePageReading {
        if let known = request.known {
            defer { session.reset() }
            // One statement is of one state by itself.
            if try session.find(request) == known { return .unchanged }
        }
        try begin.run()
        defer {
            session.reset()
            // Ends a transaction that has only read; where that fails, so does the next one's BEGIN.
            try? end.run()
        }
        let version = try session.find(request)
        var page = request.page
        if let anchor = request.anchor {
            page = try self.page(page, at: anchor, of: version.session)
        }
        return .read(try readPage(page, at: version, in: request.account, matching: request.filter, body))
    }

    private mutating func page(
        _ request: PageRequest<MessageCursor>,
        at anchor: MessageAnchor,
        of number: SessionNumber
    ) throws -> PageRequest<MessageCursor> {
        defer { key.reset() }
        try key.bind(number.value, at: 1)
        try key.bind(anchor.id.text, at: 2)
        guard try key.step() else { throw StoreError.notFound(.message) }
        guard key.integer(1) == 1 else { throw DatabaseError.damagedMessage(anchor.id.text, of: session.idText) }
        let cursor = MessageCursor(session: number, position: MessageKey(key.integer(0)).position)
        return try request.at(anchor.place, cursor) { before in
            try readRows(of: number, before, matching: nil, nil) { _ in }.last.map {
                MessageCursor(session: number, position: $0.position)
            }
        }
    }

    private mutating func readPage(
        _ request: PageRequest<MessageCursor>,
        at version: SessionVersion,
        in account: AccountSID,
        matching filter: MessageFilter?,
        _ body: (borrowing MessageRow) -> Void
    ) throws -> MessagePagePlace {
        let number = version.session
        func cursor(_ key: MessageKey) -> MessageCursor {
            MessageCursor(session: number, position: key.position)
        }
        let words = filter?.query.flatMap { SearchWords($0, of: account, isOfSession: true) }
        let read: ReadRows
        if request.isReadBackward {
            // Where the page begins shows when it is full.
            var rows = ReversedRows(capacity: request.size)
            read = try readRows(of: number, request, matching: filter, words) { rows.append($0) }
            rows.forEach(of: session.id, body)
        } else {
            read = try readRows(of: number, request, matching: filter, words, body)
        }
        let isForward = request.direction == .after
        let start = isForward ? read.bounds.lower : read.bounds.upper
        let nearest = read.nearest ?? MessageKey(start.value + (isForward ? 1 : -1))
        var isAnyNear = false
        if request.anchor.cursor != nil {
            isAnyNear = try isForward ? hasRow(before: nearest, of: number) : hasRow(after: nearest, of: number)
        }
        return MessagePagePlace(
            neighbors: request.neighbors(
                near: isAnyNear ? cursor(nearest) : nil,
                far: read.hasMore ? read.farthest.map(cursor) : nil
            ),
            first: (request.isReadBackward ? read.last : read.nearest).map(cursor),
            end: cursor(request.isReadBackward ? nearest : read.farthest ?? start),
            version: version,
            isUnfinished: read.isUnfinished,
            total: session.lastPosition - session.deletions
        )
    }

    // MARK: Rows

    /// What was read.
    struct ReadRows {
        /// Between which keys.
        let bounds: (lower: MessageKey, upper: MessageKey)
        /// The row of the page that is nearest to the cursor.
        var nearest: MessageKey?
        /// The row of the page that is farthest from it.
        var last: MessageKey?
        /// The row farthest from it that is on the page, or was examined and is not.
        var farthest: MessageKey?
        /// How many rows are on the page, or were examined and are not.
        var examined = 0
        /// How many bytes these have, if there is a filter.
        var examinedBytes = 0
        /// Whether another row followed.
        var hasMore = false
        /// Whether that is only because a slice was examined.
        var isUnfinished = false
    }

    /// Reads rows from the page's anchor on, in its direction, until the page is full or a slice has been examined.
    private mutating func readRows(
        of number: SessionNumber,
        _ request: PageRequest<MessageCursor>,
        matching filter: MessageFilter?,
        _ words: SearchWords?,
        _ body: (borrowing MessageRow) -> Void
    ) throws -> ReadRows {
        let direction = request.direction
        let bounds = Self.bounds(of: number, direction, from: request.anchor.cursor)
        let (size, budget, scan) = (request.size, request.budget, request.scan)
        if let filter, let words, let candidates = try candidates(words, direction, bounds) {
            return try readCandidates(candidates, bounds, request, matching: filter, body)
        }
        func take(_ key: MessageKey, _ row: borrowing MessageRow) { body(row) }
        return switch direction {
        case .after:
            try Self.read(&after, of: session, bounds, direction, size, budget, scan, matching: filter, take)
        case .before:
            try Self.read(&before, of: session, bounds, direction, size, budget, scan, matching: filter, take)
        }
    }

    /// Between which keys a page of a session lies that is read from a cursor.
    static func bounds(
        of session: SessionNumber,
        _ direction: KeysetDirection,
        from cursor: MessageCursor?
    ) -> (lower: MessageKey, upper: MessageKey) {
        let start = cursor.map { MessageKey(session, position: $0.position) }
        let (first, end) = (MessageKey(session, position: 0), MessageKey.end(of: session))
        return direction == .after ? (start ?? first, end) : (first, start ?? end)
    }

    /// - Parameters:
    ///   - statement: `after` or `before`, as `direction` is.
    ///   - session: the one that the bounds lie in.
    static func read(
        _ statement: inout PreparedStatement,
        of session: borrowing SessionLookup,
        _ bounds: (lower: MessageKey, upper: MessageKey),
        _ direction: KeysetDirection,
        _ size: Int,
        _ budget: PageBudget,
        _ scan: ScanBudget,
        matching filter: MessageFilter?,
        _ body: (MessageKey, borrowing MessageRow) -> Void
    ) throws -> ReadRows {
        let (lower, upper) = bounds
        defer { statement.reset() }
        try statement.bind(lower.value, at: 1)
        try statement.bind(upper.value, at: 2)
        let limit = filter == nil ? size : scan.slice
        try statement.bind(Int64(limit) + 1, at: 3)
        var read = ReadRows(bounds: bounds)
        var count = 0
        var room = PageRoom(budget)
        let hasGaps = session.hasGaps
        let isForward = direction == .after
        let first = lower.value &+ 1
        let last = min(upper.value - 1, MessageKey(lower.session, position: session.lastPosition).value)
        /// The key that comes next where no message was deleted.
        var next = isForward ? first : last
        while try statement.step() {
            let key = MessageKey(statement.integer(0))
            let isBehind = isForward ? key.value >= next : key.value <= next
            guard hasGaps ? isBehind : key.value == next, key.value <= last else {
                throw DatabaseError.lostMessages(of: session.idText)
            }
            next = isForward ? key.value &+ 1 : key.value - 1
            guard read.examined < limit, read.examinedBytes < scan.sliceBytes else {
                read.hasMore = true
                read.isUnfinished = filter != nil && count < size
                break
            }
            let row = MessageRow.row(of: statement, sessionID: session.id)
            let isMatch = if let filter { filter.matches(row) } else { true }
            guard !isMatch || (count < size && room.takes(row.maximumJSONLength)) else {
                read.hasMore = true
                break
            }
            // What does not match is examined, too: it could be a match that was damaged.
            guard row.isIntact(at: key, in: statement) else {
                throw DatabaseError.damagedMessage(statement.text(1), of: session.idText)
            }
            read.farthest = key
            read.examined += 1
            if filter != nil { read.examinedBytes += row.maximumJSONLength }
            guard isMatch else { continue }
            count += 1
            if read.nearest == nil { read.nearest = key }
            read.last = key
            body(key, row)
        }
        guard hasGaps || read.hasMore || (isForward ? next > last : next < first) else {
            throw DatabaseError.lostMessages(of: session.idText)
        }
        return read
    }

    // MARK: Search

    /// - Returns: `nil` if the index does not have all of the session, or reading all of it is as fast.
    private func candidates(
        _ words: SearchWords,
        _ direction: KeysetDirection,
        _ bounds: (lower: MessageKey, upper: MessageKey)
    ) throws -> SearchCandidates? {
        guard session.lastPosition > limits.messagesWithoutSearchIndex,
            let state = try index.readState(), state.indexedFrom <= bounds.lower.value + 1
        else { return nil }
        return try SearchCandidates(index, words, direction, bounds)
    }

    /// Reads what the index proposes and the filter matches, until the page is full or a slice has been examined.
    private mutating func readCandidates(
        _ candidates: consuming SearchCandidates,
        _ bounds: (lower: MessageKey, upper: MessageKey),
        _ request: PageRequest<MessageCursor>,
        matching filter: MessageFilter,
        _ body: (borrowing MessageRow) -> Void
    ) throws -> ReadRows {
        defer {
            candidates.end()
            one.reset()
        }
        var read = ReadRows(bounds: bounds)
        var count = 0
        var room = PageRoom(request.budget)
        while let candidate = try candidates.next() {
            guard case .message(let key) = candidate, read.examined < request.scan.slice,
                read.examinedBytes < request.scan.sliceBytes
            else {
                if case .pause(let key) = candidate { read.farthest = key }
                read.hasMore = true
                read.isUnfinished = count < request.size
                return read
            }
            one.reset()
            try one.bind(key.value, at: 1)
            // What was deleted can still be proposed by a damaged index.
            guard try one.step() else {
                read.farthest = key
                read.examined += 1
                continue
            }
            let row = MessageRow.row(of: one, sessionID: session.id)
            let isMatch = filter.matches(row)
            guard !isMatch || (count < request.size && room.takes(row.maximumJSONLength)) else {
                read.hasMore = true
                return read
            }
            guard row.isIntact(at: key, in: one) else {
                throw DatabaseError.damagedMessage(one.text(1), of: session.idText)
            }
            read.farthest = key
            read.examined += 1
            read.examinedBytes += row.maximumJSONLength
            guard isMatch else { continue }
            count += 1
            if read.nearest == nil { read.nearest = key }
            read.last = key
            body(row)
        }
        if request.direction == .after {
            let last = MessageKey(bounds.lower.session, position: session.lastPosition)
            read.farthest = MessageKey(max(bounds.lower.value, min(bounds.upper.value - 1, last.value)))
        }
        return read
    }

    // Where no message was deleted, its position tells, and nothing needs to be read.

    private mutating func hasRow(before key: MessageKey, of number: SessionNumber) throws -> Bool {
        guard session.hasGaps else {
            return key.value > MessageKey(number, position: 1).value && session.lastPosition > 0
        }
        return try hasRow(after: MessageKey(number, position: 0), before: key)
    }

    private mutating func hasRow(after key: MessageKey, of number: SessionNumber) throws -> Bool {
        guard session.hasGaps else { return key.value < MessageKey(number, position: session.lastPosition).value }
        return try hasRow(after: key, before: MessageKey.end(of: number))
    }

    private mutating func hasRow(after lower: MessageKey, before upper: MessageKey) throws -> Bool {
        defer { any.reset() }
        try any.bind(lower.value, at: 1)
        try any.bind(upper.value, at: 2)
        return try any.step()
    }
}
