import AssistantsStore
import GRDB

/// The query that Understudy exists for: one page of one session's messages.
///
/// Keyset pagination: the page is a range of `message`'s primary key, so it costs the same however deep it lies and
/// however many messages there are. One row more than the page holds is asked for, to know whether another follows.
///
/// A row that is not as it was written is an error, and so is one that is missing where none was deleted.
struct MessagePageQuery: ~Copyable {
    static let page = """
        SELECT key, id, assistant_id, identity, role, content, meta, date_created, date_updated, checksum
        FROM message WHERE key > ? AND key < ? ORDER BY key LIMIT ?
        """
    static let any = "SELECT 1 FROM message WHERE key > ? AND key < ? LIMIT 1"
    /// The first key of a page that is only known by its end, and how many rows there are from it on.
    static let start = """
        SELECT min(key), count(*)
        FROM (SELECT key FROM message WHERE key > ? AND key < ? ORDER BY key DESC LIMIT ?) AS page
        """

    private var begin: PreparedStatement
    private var end: PreparedStatement
    private var session: SessionLookup
    private var page: PreparedStatement
    private var any: PreparedStatement
    private var start: PreparedStatement

    init(on connection: SQLiteConnection) throws {
        // Locals first: the compiler cannot take a half-made struct of statements apart when one of them fails.
        let begin = try PreparedStatement("BEGIN", on: connection)
        let end = try PreparedStatement("ROLLBACK", on: connection)
        let session = try SessionLookup(on: connection)
        let page = try PreparedStatement(Self.page, on: connection)
        let any = try PreparedStatement(Self.any, on: connection)
        let start = try PreparedStatement(Self.start, on: connection)
        self.begin = begin
        self.end = end
        self.session = session
        self.page = page
        self.any = any
        self.start = start
    }

    /// What is read is read in one transaction, so that the session, its page and the page's neighbours are of one state.
    mutating func run(
        _ reference: SessionReference,
        in account: AccountSID,
        page request: PageRequest<MessageCursor>,
        unless known: SessionVersion?,
        _ body: (borrowing MessageRow) -> Void
    ) throws -> MessagePageReading {
        if let known {
            defer { session.reset() }
            // One statement is of one state by itself.
            if try session.find(reference, in: account, for: request.place) == known { return .unchanged }
        }
        try begin.run()
        defer {
            session.reset()
            // Ends a transaction that has only read; where that fails, so does the next one's BEGIN.
            try? end.run()
        }
        let version = try session.find(reference, in: account, for: request.place)
        return .read(try readPage(request, of: version.session, body), at: version)
    }

    private mutating func readPage(
        _ request: PageRequest<MessageCursor>,
        of number: SessionNumber,
        _ body: (borrowing MessageRow) -> Void
    ) throws -> PageNeighbors<MessageCursor> {
        let first = MessageKey(number, position: 0)
        let last = MessageKey.end(of: number)
        switch request.place {
        case .first:
            let read = try readRows(after: first, before: last, size: request.size, body)
            return PageNeighbors(previous: nil, next: read.hasMore ? read.lastCursor(of: number) : nil)

        case .after(let cursor):
            let place = MessageKey(number, position: cursor.position)
            let read = try readRows(after: place, before: last, size: request.size, body)
            let edge = read.first ?? MessageKey(place.value + 1)
            return PageNeighbors(
                previous: try hasRow(before: edge, of: number)
                    ? MessageCursor(session: number, position: edge.position) : nil,
                next: read.hasMore ? read.lastCursor(of: number) : nil
            )

        case .before(let cursor):
            let place = MessageKey(number, position: cursor.position)
            let (before, hasMore) = try findStart(after: first, before: place, size: request.size)
            let read = try readRows(after: before, before: place, size: request.size, body)
            guard !read.hasMore else { throw DatabaseError.lostMessages(of: session.idText) }
            let edge = read.last ?? MessageKey(place.value - 1)
            return PageNeighbors(
                previous: hasMore ? read.firstCursor(of: number) : nil,
                next: try hasRow(after: edge, of: number)
                    ? MessageCursor(session: number, position: edge.position) : nil
            )
        }
    }

    // MARK: Rows

    /// What was read: the keys of its first and last rows, and whether another row followed.
    private struct ReadRows {
        var first: MessageKey?
        var last: MessageKey?
        var hasMore = false

        func firstCursor(of session: SessionNumber) -> MessageCursor? {
            first.map { MessageCursor(session: session, position: $0.position) }
        }

        func lastCursor(of session: SessionNumber) -> MessageCursor? {
            last.map { MessageCursor(session: session, position: $0.position) }
        }
    }

    private mutating func readRows(
        after lower: MessageKey,
        before upper: MessageKey,
        size: Int,
        _ body: (borrowing MessageRow) -> Void
    ) throws -> ReadRows {
        defer { page.reset() }
        try page.bind(lower.value, at: 1)
        try page.bind(upper.value, at: 2)
        try page.bind(Int64(size) + 1, at: 3)
        var read = ReadRows()
        var count = 0
        let hasGaps = session.hasGaps
        let last = MessageKey(lower.session, position: session.lastPosition)
        var next = lower.value &+ 1
        while try page.step() {
            let key = MessageKey(page.integer(0))
            guard hasGaps ? key.value >= next : key.value == next, key.value <= last.value else {
                throw DatabaseError.lostMessages(of: session.idText)
            }
            next = key.value &+ 1
            guard count < size else {
                read.hasMore = true
                break
            }
            count += 1
            if read.first == nil { read.first = key }
            read.last = key
            let row = MessageRow(
                id: page.bytes(1),
                sessionID: session.id,
                assistantID: page.bytes(2),
                identity: page.bytes(3),
                role: page.bytes(4),
                content: page.bytes(5),
                meta: page.bytes(6),
                dateCreated: page.timestamp(7),
                dateUpdated: page.timestamp(8)
            )
            guard row.checksum(at: key) == page.integer(9) else {
                throw DatabaseError.damagedMessage(page.text(1), of: session.idText)
            }
            body(row)
        }
        guard hasGaps || read.hasMore || next >= min(upper.value, last.value &+ 1) else {
            throw DatabaseError.lostMessages(of: session.idText)
        }
        return read
    }

    /// The key before the page that ends before `upper`, and whether that key's row lies before the page.
    private mutating func findStart(
        after lower: MessageKey,
        before upper: MessageKey,
        size: Int
    ) throws -> (before: MessageKey, hasMore: Bool) {
        guard session.hasGaps else {
            let end = min(upper.position - 1, session.lastPosition)
            let place = max(0, end - Int64(size))
            return (MessageKey(lower.session, position: place), place > 0)
        }
        defer { start.reset() }
        try start.bind(lower.value, at: 1)
        try start.bind(upper.value, at: 2)
        try start.bind(Int64(size) + 1, at: 3)
        guard try start.step(), start.integer(1) == Int64(size) + 1 else { return (lower, false) }
        return (MessageKey(start.integer(0)), true)
    }

    // Where no message was deleted, its place tells, and nothing needs to be read.

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
